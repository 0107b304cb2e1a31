package io.github.lrfbench.harness.linear;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaSparseLinearTest extends SparseLinearTest {
  @Override
  protected String kind() {
    return "cuda";
  }
}
