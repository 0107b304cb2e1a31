package io.github.lrfbench.harness.model;

import org.junit.jupiter.api.Tag;

/** The same on CUDA, where a step is replayed as a graph. */
@Tag("cuda")
class CudaDecodingTest extends DecodingTest {
  @Override
  String device() {
    return "cuda";
  }
}
