package io.github.lrfbench.harness.compress.spi;

import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;

/** What a map loses of the matrix whose place it takes, in double precision. */
public final class MatrixErrors {
  private MatrixErrors() {}

  /** Whether there is a difference between a slot's matrix and a map in its place. */
  public static boolean areComparable(LinearSlot slot, Linear map) {
    return slot.linear().outputs() == map.outputs()
        && slot.linear().inputs() == map.inputs()
        && !map.hasOwnCoordinates();
  }

  /** W − Ŵ of a slot, F64 [m, n]. */
  public static Matrix difference(LinearSlot slot, Linear map, Scope scope) {
    return subtract(Matrices.toDouble(SlotMatrix.of(slot, scope), scope), map, scope);
  }

  /**
   * W − Ŵ.
   *
   * @param w W, F64 [m, n], not modified
   */
  public static Matrix difference(Matrix w, Linear map, Scope scope) {
    return subtract(Matrices.toDouble(w, scope), map, scope);
  }

  private static Matrix subtract(Matrix difference, Linear map, Scope scope) {
    LowRankFactors factors = map.factors();
    if (factors != null) {
      // Not rounded to single precision in between.
      Matrix up = Matrices.toDouble(factors.up(), scope);
      Matrix down = Matrices.toDouble(factors.down(), scope);
      scope.device().blas().gemm(true, true, -1, up, down, 1, difference);
      return difference;
    }
    Matrix changed = Matrix.of(scope.allocate(DType.F32, map.outputs(), map.inputs()));
    map.materialize(scope.device(), changed);
    scope.device().gradients().addScaled(-1, Matrices.toDouble(changed, scope), difference);
    return difference;
  }

  /** ‖D X‖² = tr(D C Dᵀ), which is also the inner product of Dᵀ D and C. */
  public static double squaredImage(Matrix d, Moments moments, Scope scratch) {
    Matrix squares = Matrices.allocate(scratch, d.cols(), d.cols());
    scratch.device().blas().syrk(true, d, squares);
    return Matrices.innerProduct(squares, moments.gram());
  }

  /** D v. */
  public static double[] times(Matrix d, double[] vector, Scope scratch) {
    Matrix column = Matrix.of(scratch.doubles(vector, vector.length, 1));
    return Matrices.product(false, d, false, column, scratch).data().toDoubles();
  }
}
