package io.github.lrfbench.harness.compress.embedding;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaSafeCompressorTest extends SafeCompressorTest {
  @Override
  String kind() {
    return "cuda";
  }
}
