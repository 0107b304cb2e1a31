package io.github.lrfbench.harness.compress.lowrank;

import io.github.lrfbench.harness.calibrate.CrossMoments;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.compress.spi.SlotMatrix;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;

/**
 * The outputs of the dense model are regressed on the inputs of the compressed one: R = W K C'⁻¹,
 * with K = Σ x x'ᵀ, brings R x' closest to W x, and of a rank U Uᵀ R is closest, U being the
 * largest eigenvectors of W K C'⁻¹ Kᵀ Wᵀ (reduced-rank regression). Between these targets and those
 * of {@link SecondMoment}, W x', lies W (x' + b (x − x')), which puts C' + b D in the place of K, D
 * being the drift K − C': at b = 1 it is the former, at b = 0 the latter.
 *
 * <p>A ridge λ ‖W − Ŵ‖² holds R near W in directions that hardly any input has. Where C' is
 * singular all the same, it is raised tenfold until C' + λ I is not; if it never is, the drift is
 * not followed.
 */
public final class AnchoredRegression implements OutputMetric {
  private static final double LEAST_RIDGE = 1e-6;
  private static final double LARGEST_RIDGE = 1e-2;

  private final CrossMoments moments;
  private final double anchor;
  private final double ridge;
  private final boolean centred;
  private Matrix drift;
  private CholeskyTransform root;

  /**
   * A regression.
   *
   * @param anchor b, from 0 to 1
   * @param ridge λ, relative to the mean of the diagonal of C'
   * @param centred whether the bias makes up for means, so that these count for nothing
   */
  public AnchoredRegression(CrossMoments moments, double anchor, double ridge, boolean centred) {
    this.moments = moments;
    this.anchor = anchor;
    this.ridge = ridge;
    this.centred = centred;
  }

  @Override
  public Matrix gram(Matrix r, Scope scope) {
    Matrix gram = Matrices.toDouble(moments.gram(), scope);
    centre(gram, moments.mean(), scope);
    root = anchor == 0 ? null : root(gram, scope);
    if (root == null) {
      return inner(r, Matrices.product(false, r, false, gram, scope), scope);
    }
    drift = Matrices.toDouble(moments.drift(), scope);
    centre(drift, moments.shift(), scope);
    addRidge(gram);
    // (C' + b D) C'⁻¹ (C' + b D)ᵀ, without the cancellation of its first two factors.
    Matrix drifted = Matrices.product(false, r, false, drift, scope);
    Matrix across = inner(r, drifted, scope);
    Matrix sum = inner(r, Matrices.product(false, r, false, gram, scope), scope);
    scope.device().gradients().addScaled(anchor, across, sum);
    scope.device().gradients().addScaled(anchor, Matrices.transpose(across, scope), sum);
    Matrix columns = Matrices.transpose(drifted, scope);
    scope.device().lapack().solveLower(false, root.l(), columns);
    Matrix squares = Matrices.allocate(scope, r.rows(), r.rows());
    scope.device().blas().syrk(true, columns, squares);
    scope.device().gradients().addScaled(anchor * anchor, squares, sum);
    return sum;
  }

  private void addRidge(Matrix gram) {
    Matrices.addToDiagonal(gram, root.ridge() * mean(Matrices.diagonal(gram)));
  }

  private static double mean(double[] values) {
    double mean = 0;
    for (double value : values) {
      mean += value / values.length;
    }
    return mean;
  }

  /** The Cholesky factor of C' with the smallest ridge that is enough, or null if none is. */
  private CholeskyTransform root(Matrix gram, Scope scope) {
    CholeskyTransform found = CholeskyTransform.of(gram, ridge, scope);
    double more = Math.max(LEAST_RIDGE, 10 * ridge);
    while (found == null && more <= LARGEST_RIDGE) {
      found = CholeskyTransform.of(gram, more, scope);
      more *= 10;
    }
    return found;
  }

  /** Takes p v μ'ᵀ off. */
  private void centre(Matrix sum, double[] left, Scope scope) {
    if (centred) {
      Matrix column = Matrix.of(scope.doubles(left, left.length, 1));
      Matrix mean = Matrix.of(scope.doubles(moments.mean(), left.length, 1));
      scope.device().blas().gemm(false, true, -moments.tokens(), column, mean, 1, sum);
    }
  }

  /** R Mᵀ. */
  private static Matrix inner(Matrix r, Matrix m, Scope scope) {
    return Matrices.product(false, m, true, r, scope);
  }

  /** Rows W become W + b W D C'⁻¹. */
  @Override
  public Matrix shrink(Matrix rows, Scope scope) {
    if (root == null) {
      return rows;
    }
    Matrix columns = Matrices.product(true, drift, true, rows, scope);
    scope.device().lapack().solveLower(false, root.l(), columns);
    scope.device().lapack().solveLower(true, root.l(), columns);
    Matrix anchored = Matrices.toDouble(rows, scope);
    Matrix moved = Matrices.transpose(columns, scope);
    scope.device().gradients().addScaled(anchor, moved, anchored);
    return anchored;
  }

  /**
   * R itself, of full rank, for a matrix that stays dense.
   *
   * @return in double precision, without a bias
   */
  public Linear dense(LinearSlot slot, Scope scope) {
    Matrix w = Matrices.toDouble(SlotMatrix.of(slot, scope), scope);
    gram(w.rows(0, 1), scope);
    return new DenseLinear(Matrices.transpose(shrink(w, scope), scope), null);
  }
}
