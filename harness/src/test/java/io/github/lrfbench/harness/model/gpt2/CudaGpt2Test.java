package io.github.lrfbench.harness.model.gpt2;

import org.junit.jupiter.api.Tag;

/** Reference models on CUDA. */
@Tag("cuda")
class CudaGpt2Test extends GoldenGpt2Test {
  @Override
  String device() {
    return "cuda";
  }
}
