package io.github.lrfbench.harness.compress.kronecker;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaKroneckerCompressorTest extends KroneckerCompressorTest {
  @Override
  protected String kind() {
    return "cuda";
  }
}
