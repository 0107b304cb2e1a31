package io.github.lrfbench.harness.compress.structure;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaNarrowerCheckpointTest extends NarrowerCheckpointTest {
  @Override
  String deviceId() {
    return "cuda";
  }
}
