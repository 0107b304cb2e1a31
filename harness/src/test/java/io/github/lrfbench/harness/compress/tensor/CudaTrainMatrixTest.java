package io.github.lrfbench.harness.compress.tensor;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaTrainMatrixTest extends TrainMatrixTest {
  @Override
  String kind() {
    return "cuda";
  }
}
