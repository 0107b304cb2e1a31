package io.github.lrfbench.harness.compress.head;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaSvdHeadCompressorTest extends SvdHeadCompressorTest {
  @Override
  String deviceId() {
    return "cuda";
  }
}
