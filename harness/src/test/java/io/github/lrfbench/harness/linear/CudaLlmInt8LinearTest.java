package io.github.lrfbench.harness.linear;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaLlmInt8LinearTest extends LlmInt8LinearTest {
  @Override
  protected String kind() {
    return "cuda";
  }
}
