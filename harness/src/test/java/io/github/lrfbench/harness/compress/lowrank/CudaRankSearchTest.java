package io.github.lrfbench.harness.compress.lowrank;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaRankSearchTest extends RankSearchTest {
  @Override
  String deviceId() {
    return "cuda";
  }
}
