package io.github.lrfbench.harness.exchange;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaPowerSgdTest extends PowerSgdTest {
  @Override
  String device() {
    return "cuda";
  }
}
