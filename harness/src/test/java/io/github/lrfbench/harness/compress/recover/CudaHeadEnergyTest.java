package io.github.lrfbench.harness.compress.recover;

import org.junit.jupiter.api.Tag;

/** Penalties on CUDA. */
@Tag("cuda")
class CudaHeadEnergyTest extends HeadEnergyTest {
  @Override
  String deviceId() {
    return "cuda";
  }

  /** The emulator takes its time. */
  @Override
  int steps() {
    return 10;
  }
}
