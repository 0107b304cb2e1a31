package io.github.lrfbench.harness.compress.head;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaRegressionTest extends RegressionTest {
  @Override
  String deviceId() {
    return "cuda";
  }
}
