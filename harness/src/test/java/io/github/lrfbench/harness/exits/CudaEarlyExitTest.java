package io.github.lrfbench.harness.exits;

import org.junit.jupiter.api.Tag;

/** The same on a GPU. */
@Tag("cuda")
class CudaEarlyExitTest extends EarlyExitTest {
  @Override
  String device() {
    return "cuda";
  }
}
