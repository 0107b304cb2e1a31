package io.github.lrfbench.harness.compress.sharing;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaAlternatingFitTest extends AlternatingFitTest {
  @Override
  String deviceId() {
    return "cuda";
  }
}
