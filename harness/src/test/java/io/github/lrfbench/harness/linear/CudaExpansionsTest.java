package io.github.lrfbench.harness.linear;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaExpansionsTest extends ExpansionsTest {
  @Override
  protected String kind() {
    return "cuda";
  }
}
