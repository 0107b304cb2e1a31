package io.github.lrfbench.harness.compress.lowrank.spectral;

import org.junit.jupiter.api.Tag;

/** The worked example on CUDA. */
@Tag("cuda")
class CudaWorkedExampleTest extends WorkedExampleTest {
  @Override
  String kind() {
    return "cuda";
  }
}
