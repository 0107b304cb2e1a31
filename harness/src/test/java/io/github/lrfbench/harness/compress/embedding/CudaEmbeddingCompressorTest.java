package io.github.lrfbench.harness.compress.embedding;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaEmbeddingCompressorTest extends EmbeddingCompressorTest {
  @Override
  String kind() {
    return "cuda";
  }
}
