package io.github.lrfbench.harness.compress.structure;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaPruneHeadsTest extends PruneHeadsTest {
  @Override
  String deviceId() {
    return "cuda";
  }
}
