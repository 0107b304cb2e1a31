package io.github.lrfbench.harness.compress.lowrank.projection;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaEspaceCompressorTest extends EspaceCompressorTest {
  @Override
  String deviceId() {
    return "cuda";
  }
}
