package io.github.lrfbench.harness.evaluate;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaPerplexityTest extends PerplexityEvaluationTest {
  @Override
  String device() {
    return "cuda";
  }
}
