package io.github.lrfbench.harness.compress.recover;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaProgressiveCompressorTest extends ProgressiveCompressorTest {
  @Override
  String deviceId() {
    return "cuda";
  }
}
