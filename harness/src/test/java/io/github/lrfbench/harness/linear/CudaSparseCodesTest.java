package io.github.lrfbench.harness.linear;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaSparseCodesTest extends SparseCodesTest {
  @Override
  protected String kind() {
    return "cuda";
  }
}
