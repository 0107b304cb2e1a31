package io.github.lrfbench.harness.compress.structure;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaValueHeadsTest extends ValueHeadsTest {
  @Override
  String deviceId() {
    return "cuda";
  }
}
