package io.github.lrfbench.harness.compress.lowrank;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;

/** An n x n matrix T that inputs are weighted with, and how to take it back. */
public interface InputTransform {
  /**
   * W T.
   *
   * @param w [m, n]; may be modified and returned
   * @param scope owns what is new
   * @return F32 or F64 [m, n]
   */
  Matrix multiply(Matrix w, Scope scope);

  /**
   * Qᵀ T⁻¹, or Qᵀ T⁺ where T has no inverse.
   *
   * @param v Qᵀ, [r, n] of the type that {@link #multiply} gives, modified
   */
  void divide(Matrix v);

  /** The quotient of T's largest and smallest singular value, or an estimate; NaN if not known. */
  double condition();

  /** What was added to the diagonal of a Gram matrix, relative to its mean. */
  default double ridge() {
    return 0;
  }

  /** Anything out of the ordinary, or empty. */
  default String note() {
    return "";
  }
}
