package io.github.lrfbench.harness.compress.lowrank.elementwise;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaElementwiseMethodsTest extends ElementwiseMethodsTest {
  @Override
  String deviceId() {
    return "cuda";
  }
}
