package io.github.lrfbench.harness.compress.lowrank;

import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.harness.compress.matrix.Refinement;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.compress.spi.SlotMatrix;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LowRankLinear;
import io.github.lrfbench.harness.linear.SharedLinear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;

/**
 * The left factor that brings outputs closest, the right one being given: U = W C Vᵀ (V C Vᵀ)⁻¹, C
 * being the second moments of the inputs. Where V C Vᵀ is singular a ridge is added to it, as in
 * {@link Whitening}. A V that other matrices share stays theirs. Other forms than two factors, and
 * factors of which V x is always zero, stay as they are.
 */
public final class LeastSquares implements Refinement {
  @Override
  public Linear refine(LinearSlot slot, Linear map, Moments moments, Scope scope) {
    if (map instanceof SharedLinear shared) {
      return shared.withOwn(
          refitUp(slot, shared.pair(), moments.gram(), scope).up(), shared.bias());
    }
    return map.factors() == null
        ? map
        : new LowRankLinear(refitUp(slot, map.factors(), moments.gram(), scope), map.bias());
  }

  /**
   * Fits U.
   *
   * @param factors V and any U
   * @param gram C, F64 [n, n]
   * @return F64, in the given scope
   */
  static LowRankFactors refitUp(LinearSlot slot, LowRankFactors factors, Matrix gram, Scope scope) {
    try (Scope scratch = scope.device().openScope()) {
      Matrix down = Matrices.toDouble(factors.down(), scope);
      Matrix w = Matrices.toDouble(SlotMatrix.of(slot, scratch), scratch);
      Matrix image = Matrices.product(false, gram, false, down, scratch);
      Matrix middle = Matrices.product(true, down, false, image, scratch);
      CholeskyTransform root = Whitening.damped(middle, scratch);
      if (root == null) {
        return factors;
      }
      Matrix up = Matrices.product(true, image, true, w, scope);
      scope.device().lapack().solveLower(false, root.l(), up);
      scope.device().lapack().solveLower(true, root.l(), up);
      return new LowRankFactors(down, up);
    }
  }
}
