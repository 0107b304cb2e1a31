package io.github.lrfbench.harness.compress.quantize;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaCalderaTest extends CalderaTest {
  @Override
  protected String kind() {
    return "cuda";
  }
}
