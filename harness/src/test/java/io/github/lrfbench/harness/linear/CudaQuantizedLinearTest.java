package io.github.lrfbench.harness.linear;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaQuantizedLinearTest extends QuantizedLinearTest {
  @Override
  protected String kind() {
    return "cuda";
  }
}
