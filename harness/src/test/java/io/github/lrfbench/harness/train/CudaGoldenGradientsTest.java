package io.github.lrfbench.harness.train;

import org.junit.jupiter.api.Tag;

/** The same on CUDA. */
@Tag("cuda")
class CudaGoldenGradientsTest extends GoldenGradientsTest {
  @Override
  String device() {
    return "cuda";
  }
}
