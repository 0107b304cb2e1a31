package io.github.lrfbench.harness.compress.spi;

import org.junit.jupiter.api.Tag;

/** The same on CUDA. */
@Tag("cuda")
class CudaMatricesTest extends MatricesTest {
  @Override
  protected String kind() {
    return "cuda";
  }
}
