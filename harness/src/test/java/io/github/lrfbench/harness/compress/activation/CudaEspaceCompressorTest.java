package io.github.lrfbench.harness.compress.activation;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaEspaceCompressorTest extends EspaceCompressorTest {
  @Override
  String deviceId() {
    return "cuda";
  }
}
