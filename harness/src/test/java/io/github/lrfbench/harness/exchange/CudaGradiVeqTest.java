package io.github.lrfbench.harness.exchange;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaGradiVeqTest extends GradiVeqTest {
  @Override
  String device() {
    return "cuda";
  }
}
