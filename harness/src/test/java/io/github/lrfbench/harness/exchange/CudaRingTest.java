package io.github.lrfbench.harness.exchange;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaRingTest extends RingTest {
  @Override
  String device() {
    return "cuda";
  }
}
