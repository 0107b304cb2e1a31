package io.github.lrfbench.harness.compress.lowrank.spectral;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaFirstOrderTest extends FirstOrderTest {
  @Override
  protected String kind() {
    return "cuda";
  }
}
