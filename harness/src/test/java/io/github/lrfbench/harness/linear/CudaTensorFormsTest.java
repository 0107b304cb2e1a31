package io.github.lrfbench.harness.linear;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaTensorFormsTest extends TensorFormsTest {
  @Override
  protected String kind() {
    return "cuda";
  }
}
