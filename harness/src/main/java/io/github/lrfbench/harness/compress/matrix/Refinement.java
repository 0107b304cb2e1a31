package io.github.lrfbench.harness.compress.matrix;

import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.Scope;

/** Improves what takes the place of a matrix, once the blocks before it are compressed. */
@FunctionalInterface
public interface Refinement {
  /**
   * Refines.
   *
   * @param slot of the dense model, which holds W
   * @param map Ŵ without a bias, not modified; its numbers may be in double precision
   * @param moments of the input that the matrix has then
   * @param scope owns what is new
   * @return the map itself where it is of a form that this does not improve
   */
  Linear refine(LinearSlot slot, Linear map, Moments moments, Scope scope);
}
