package io.github.lrfbench.harness.compress.matrix;

import org.junit.jupiter.api.Tag;

/** The way through two models on CUDA; what trains for many epochs is left to the CPU. */
@Tag("cuda")
class CudaStreamWalkTest extends StreamWalkTest {
  @Override
  String deviceId() {
    return "cuda";
  }

  @Override
  void statesComeCloserAndCloserStillWhereBlocksAreTrained() {}

  @Override
  void theStageTrainsBlocksOfAnyForm() {}
}
