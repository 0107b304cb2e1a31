package io.github.lrfbench.harness.compress.tensor;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaCpSolverTest extends CpSolverTest {
  @Override
  String kind() {
    return "cuda";
  }
}
