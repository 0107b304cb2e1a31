package io.github.lrfbench.harness.compress.attention;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaAttentionProductTest extends AttentionProductTest {
  @Override
  String deviceId() {
    return "cuda";
  }
}
