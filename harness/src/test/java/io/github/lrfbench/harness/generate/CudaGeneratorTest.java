package io.github.lrfbench.harness.generate;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaGeneratorTest extends GeneratorTest {
  @Override
  String device() {
    return "cuda";
  }
}
