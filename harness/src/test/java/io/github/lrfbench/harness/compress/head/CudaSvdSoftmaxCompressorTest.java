package io.github.lrfbench.harness.compress.head;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaSvdSoftmaxCompressorTest extends SvdSoftmaxCompressorTest {
  @Override
  String deviceId() {
    return "cuda";
  }
}
