package io.github.lrfbench.harness.compress.structure;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaNarrowerModelTest extends NarrowerModelTest {
  @Override
  String deviceId() {
    return "cuda";
  }
}
