package io.github.lrfbench.harness.linear;

import io.github.lrfbench.kernels.ops.Mask;

/** A map of whose matrix some elements are stored, the others being 0. */
public interface Masked extends Linear {
  /** Which are stored, of [outputs, inputs]. */
  Mask mask();
}
