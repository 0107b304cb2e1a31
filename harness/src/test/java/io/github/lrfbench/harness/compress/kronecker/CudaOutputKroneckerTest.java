package io.github.lrfbench.harness.compress.kronecker;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaOutputKroneckerTest extends OutputKroneckerTest {
  @Override
  protected String kind() {
    return "cuda";
  }
}
