package io.github.lrfbench.harness.train;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaTextExamplesTest extends TextExamplesTest {
  @Override
  String device() {
    return "cuda";
  }
}
