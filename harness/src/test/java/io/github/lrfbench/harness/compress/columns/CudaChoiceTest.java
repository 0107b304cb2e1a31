package io.github.lrfbench.harness.compress.columns;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaChoiceTest extends ChoiceTest {
  @Override
  String kind() {
    return "cuda";
  }
}
