package io.github.lrfbench.harness.compress.allocate;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaAllocationTest extends AllocationTest {
  @Override
  String deviceId() {
    return "cuda";
  }
}
