package io.github.lrfbench.harness.compress.prune;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaPruneTest extends PruneTest {
  @Override
  protected String kind() {
    return "cuda";
  }
}
