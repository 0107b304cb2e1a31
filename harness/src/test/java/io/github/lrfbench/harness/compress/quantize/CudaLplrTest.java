package io.github.lrfbench.harness.compress.quantize;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaLplrTest extends LplrTest {
  @Override
  protected String kind() {
    return "cuda";
  }
}
