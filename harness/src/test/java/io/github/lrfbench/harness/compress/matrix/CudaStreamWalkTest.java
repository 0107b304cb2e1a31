package io.github.lrfbench.harness.compress.matrix;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaStreamWalkTest extends StreamWalkTest {
  @Override
  String deviceId() {
    return "cuda";
  }
}
