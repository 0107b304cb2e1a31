package io.github.lrfbench.harness.train;

import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.ProductRounding;

/**
 * What the loss is multiplied by, so that small gradients are not lost where products round their
 * factors to F16 (Micikevicius et al. 2018). A power of two: it grows after many steps that went
 * well, and is halved when a gradient overflows, after which the step is done again. Without such
 * rounding it is 1.
 */
final class LossScale {
  private static final double LARGEST = 1 << 24;
  private static final double START = 1 << 16;
  private static final int GROWTH_INTERVAL = 2000;

  private final boolean adapts;
  private double factor;
  private int stepsSinceChange;

  /** The scale to begin with on a device. */
  LossScale(Device device) {
    adapts = device.rounding() == ProductRounding.F16;
    factor = adapts ? START : 1;
  }

  double factor() {
    return factor;
  }

  int stepsSinceChange() {
    return stepsSinceChange;
  }

  /** Goes on from a saved state. */
  void resumeAt(double savedFactor, int savedSteps) {
    if (adapts) {
      factor = savedFactor;
      stepsSinceChange = savedSteps;
    }
  }

  /** Halves the scale after an overflow; false if that cannot help any more. */
  boolean shrink() {
    if (!adapts || factor <= 1) {
      return false;
    }
    factor /= 2;
    stepsSinceChange = 0;
    return true;
  }

  /** A step went well. */
  void succeeded() {
    stepsSinceChange++;
    if (adapts && stepsSinceChange >= GROWTH_INTERVAL && factor < LARGEST) {
      factor *= 2;
      stepsSinceChange = 0;
    }
  }
}
