package io.github.lrfbench.harness.compress.prune;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaLosparseTest extends LosparseTest {
  @Override
  protected String kind() {
    return "cuda";
  }
}
