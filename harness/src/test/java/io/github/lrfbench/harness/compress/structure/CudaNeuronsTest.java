package io.github.lrfbench.harness.compress.structure;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaNeuronsTest extends NeuronsTest {
  @Override
  String deviceId() {
    return "cuda";
  }
}
