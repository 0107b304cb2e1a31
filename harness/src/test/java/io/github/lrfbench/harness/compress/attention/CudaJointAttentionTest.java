package io.github.lrfbench.harness.compress.attention;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaJointAttentionTest extends JointAttentionTest {
  @Override
  String deviceId() {
    return "cuda";
  }
}
