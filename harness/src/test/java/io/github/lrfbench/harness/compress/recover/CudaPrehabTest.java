package io.github.lrfbench.harness.compress.recover;

import org.junit.jupiter.api.Tag;

/** Preparing training on CUDA. */
@Tag("cuda")
class CudaPrehabTest extends PrehabTest {
  @Override
  String deviceId() {
    return "cuda";
  }
}
