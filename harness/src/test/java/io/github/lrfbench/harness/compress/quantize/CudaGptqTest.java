package io.github.lrfbench.harness.compress.quantize;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaGptqTest extends GptqTest {
  @Override
  protected String kind() {
    return "cuda";
  }
}
