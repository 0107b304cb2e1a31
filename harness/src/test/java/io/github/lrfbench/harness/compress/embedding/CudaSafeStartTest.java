package io.github.lrfbench.harness.compress.embedding;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaSafeStartTest extends SafeStartTest {
  @Override
  String kind() {
    return "cuda";
  }

  /** The emulator's are slow. */
  @Override
  int steps() {
    return 4;
  }
}
