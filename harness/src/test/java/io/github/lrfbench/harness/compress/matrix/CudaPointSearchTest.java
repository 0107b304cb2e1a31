package io.github.lrfbench.harness.compress.matrix;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaPointSearchTest extends PointSearchTest {
  @Override
  String deviceId() {
    return "cuda";
  }
}
