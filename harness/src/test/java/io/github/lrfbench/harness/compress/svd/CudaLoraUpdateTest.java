package io.github.lrfbench.harness.compress.svd;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaLoraUpdateTest extends LoraUpdateTest {
  @Override
  String deviceId() {
    return "cuda";
  }
}
