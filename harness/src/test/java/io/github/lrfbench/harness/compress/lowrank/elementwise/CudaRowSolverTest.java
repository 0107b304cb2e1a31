package io.github.lrfbench.harness.compress.lowrank.elementwise;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaRowSolverTest extends RowSolverTest {
  @Override
  String deviceId() {
    return "cuda";
  }
}
