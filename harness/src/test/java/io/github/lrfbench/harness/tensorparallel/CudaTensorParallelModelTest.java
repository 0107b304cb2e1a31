package io.github.lrfbench.harness.tensorparallel;

import org.junit.jupiter.api.Tag;

/** The same on CUDA; two devices are one GPU opened twice. */
@Tag("cuda")
class CudaTensorParallelModelTest extends TensorParallelModelTest {
  @Override
  String device() {
    return "cuda";
  }
}
