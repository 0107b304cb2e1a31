package io.github.lrfbench.harness.linear;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaTableTest extends TableTest {
  @Override
  protected String kind() {
    return "cuda";
  }
}
