package io.github.lrfbench.harness.linear;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaKroneckerLinearTest extends KroneckerLinearTest {
  @Override
  protected String kind() {
    return "cuda";
  }
}
