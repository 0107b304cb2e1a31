package io.github.lrfbench.harness.compress.factor;

import org.junit.jupiter.api.Tag;

/** The same on CUDA. */
@Tag("cuda")
class CudaOutputErrorsTest extends OutputErrorsTest {
  @Override
  String deviceId() {
    return "cuda";
  }
}
