package io.github.lrfbench.harness.linear;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaSelectedInputsTest extends SelectedInputsTest {
  @Override
  protected String kind() {
    return "cuda";
  }
}
