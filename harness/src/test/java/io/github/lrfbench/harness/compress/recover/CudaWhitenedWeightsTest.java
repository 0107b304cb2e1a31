package io.github.lrfbench.harness.compress.recover;

import org.junit.jupiter.api.Tag;

/** Whitened coordinates on CUDA. */
@Tag("cuda")
class CudaWhitenedWeightsTest extends WhitenedWeightsTest {
  @Override
  String deviceId() {
    return "cuda";
  }
}
