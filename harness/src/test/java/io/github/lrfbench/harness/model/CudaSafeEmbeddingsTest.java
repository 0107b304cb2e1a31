package io.github.lrfbench.harness.model;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaSafeEmbeddingsTest extends SafeEmbeddingsTest {
  @Override
  String kind() {
    return "cuda";
  }
}
