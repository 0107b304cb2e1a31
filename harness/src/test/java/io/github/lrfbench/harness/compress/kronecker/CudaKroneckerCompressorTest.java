package io.github.lrfbench.harness.compress.kronecker;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaKroneckerCompressorTest extends KroneckerCompressorTest {
  @Override
  String kind() {
    return "cuda";
  }
}
