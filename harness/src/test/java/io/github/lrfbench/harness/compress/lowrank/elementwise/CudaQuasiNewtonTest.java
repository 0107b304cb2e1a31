package io.github.lrfbench.harness.compress.lowrank.elementwise;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaQuasiNewtonTest extends QuasiNewtonTest {
  @Override
  String deviceId() {
    return "cuda";
  }
}
