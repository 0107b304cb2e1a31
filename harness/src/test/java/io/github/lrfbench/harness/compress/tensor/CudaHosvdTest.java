package io.github.lrfbench.harness.compress.tensor;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaHosvdTest extends HosvdTest {
  @Override
  String kind() {
    return "cuda";
  }
}
