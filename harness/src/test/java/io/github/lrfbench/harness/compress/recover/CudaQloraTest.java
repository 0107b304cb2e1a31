package io.github.lrfbench.harness.compress.recover;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaQloraTest extends QloraTest {
  @Override
  String deviceId() {
    return "cuda";
  }
}
