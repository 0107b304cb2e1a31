package io.github.lrfbench.harness.compress.recover;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaLoraUpdateTest extends LoraUpdateTest {
  @Override
  String deviceId() {
    return "cuda";
  }
}
