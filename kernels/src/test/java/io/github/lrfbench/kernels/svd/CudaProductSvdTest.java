package io.github.lrfbench.kernels.svd;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaProductSvdTest extends ProductSvdTest {
  @Override
  String deviceId() {
    return "cuda";
  }
}
