package io.github.lrfbench.harness.compress.lowrank.spectral;

import org.junit.jupiter.api.Tag;

/** Projections under two metrics on CUDA. */
@Tag("cuda")
class CudaKroneckerFisherTest extends KroneckerFisherTest {
  @Override
  protected String kind() {
    return "cuda";
  }
}
