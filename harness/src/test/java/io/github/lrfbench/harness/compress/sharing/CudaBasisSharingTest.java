package io.github.lrfbench.harness.compress.sharing;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaBasisSharingTest extends BasisSharingTest {
  @Override
  String deviceId() {
    return "cuda";
  }
}
