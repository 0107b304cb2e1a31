package io.github.lrfbench.harness.compress.lowrank;

import org.junit.jupiter.api.Tag;

/** The same on CUDA. */
@Tag("cuda")
class CudaRankErrorsTest extends RankErrorsTest {
  @Override
  String deviceId() {
    return "cuda";
  }
}
