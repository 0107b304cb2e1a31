package io.github.lrfbench.harness.model;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaLatentDecodingTest extends LatentDecodingTest {
  @Override
  String device() {
    return "cuda";
  }
}
