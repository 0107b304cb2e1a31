package io.github.lrfbench.harness.compress.lowrank.spectral;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaZsSvdTest extends ZsSvdTest {
  @Override
  protected String kind() {
    return "cuda";
  }
}
