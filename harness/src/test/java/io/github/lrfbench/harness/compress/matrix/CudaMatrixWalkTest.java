package io.github.lrfbench.harness.compress.matrix;

import org.junit.jupiter.api.Tag;

/** The shared flow on CUDA. */
@Tag("cuda")
class CudaMatrixWalkTest extends MatrixWalkTest {
  @Override
  String kind() {
    return "cuda";
  }
}
