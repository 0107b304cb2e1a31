package io.github.lrfbench.harness.compress.prune;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaMovementTest extends MovementTest {
  @Override
  protected String kind() {
    return "cuda";
  }
}
