package io.github.lrfbench.harness.compress.svd;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaJointAttentionTest extends JointAttentionTest {
  @Override
  String deviceId() {
    return "cuda";
  }
}
