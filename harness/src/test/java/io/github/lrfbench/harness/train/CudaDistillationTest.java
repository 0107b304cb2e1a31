package io.github.lrfbench.harness.train;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaDistillationTest extends DistillationTest {
  @Override
  String device() {
    return "cuda";
  }
}
