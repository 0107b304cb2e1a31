package io.github.lrfbench.harness.source;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaAlbertTest extends AlbertTest {
  @Override
  String kind() {
    return "cuda";
  }
}
