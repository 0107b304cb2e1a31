package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.kernels.Device;

/**
 * Whether models are timed with weights that the device holds in another form as well. It is
 * decided for a model and the dense one beside it together: of two that are compared, none may
 * multiply by weights as they lie because it is the larger.
 */
final class WeightCopies {
  /** The part of the machine's memory that weights and their copies may take. */
  private static final double PART = 2 / 3.0;

  private final long machineBytes;

  /** On a machine of so much memory. */
  WeightCopies(long machineBytes) {
    this.machineBytes = machineBytes;
  }

  /** On this machine, or in this container. */
  static WeightCopies here() {
    return new WeightCopies(MemoryFailure.memory());
  }

  /**
   * Whether all weights of both models are copied; else none are.
   *
   * @param dense may be the other
   */
  boolean areMade(Model dense, Model own) {
    Device device = own.device();
    long bytes = own.bytes() + (dense == own ? 0 : dense.bytes());
    return !device.copiesWeights() || device.memory().currentBytes() + bytes <= PART * machineBytes;
  }
}
