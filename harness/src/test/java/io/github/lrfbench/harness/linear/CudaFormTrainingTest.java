package io.github.lrfbench.harness.linear;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaFormTrainingTest extends FormTrainingTest {
  @Override
  String device() {
    return "cuda";
  }
}
