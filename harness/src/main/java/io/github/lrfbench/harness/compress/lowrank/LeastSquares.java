package io.github.lrfbench.harness.compress.lowrank;

import io.github.lrfbench.harness.compress.spi.SlotMatrix;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;

/** Factors fitted to a matrix's outputs. */
public final class LeastSquares {
  private LeastSquares() {}

  /**
   * The left factor that brings outputs closest, the right one being given: A = W C Bᵀ (B C Bᵀ)⁻¹.
   * Where B C Bᵀ is singular a ridge is added to it, as in {@link Whitening}.
   *
   * @param factors B and any A; returned as they are if B x is always zero
   * @param gram C, F64 [n, n]
   * @return F64, in the given scope
   */
  public static LowRankFactors refitUp(
      LinearSlot slot, LowRankFactors factors, Matrix gram, Scope scope) {
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
