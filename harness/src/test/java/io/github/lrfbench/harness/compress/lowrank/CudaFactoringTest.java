package io.github.lrfbench.harness.compress.lowrank;

import org.junit.jupiter.api.Tag;

/** The shared flow on CUDA. */
@Tag("cuda")
class CudaFactoringTest extends FactoringTest {
  @Override
  String kind() {
    return "cuda";
  }
}
