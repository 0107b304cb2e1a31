package io.github.lrfbench.harness.compress.lowrank.elementwise;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaWeightedProblemTest extends WeightedProblemTest {
  @Override
  String deviceId() {
    return "cuda";
  }

  /** The emulator takes its time. */
  @Override
  Effort longRun() {
    return new Effort(300, -1);
  }

  @Override
  double tight() {
    return 1e-3;
  }
}
