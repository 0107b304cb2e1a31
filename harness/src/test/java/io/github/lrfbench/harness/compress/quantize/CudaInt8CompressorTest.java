package io.github.lrfbench.harness.compress.quantize;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaInt8CompressorTest extends Int8CompressorTest {
  @Override
  protected String kind() {
    return "cuda";
  }
}
