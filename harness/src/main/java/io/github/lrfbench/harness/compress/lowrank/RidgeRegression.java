package io.github.lrfbench.harness.compress.lowrank;

import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.Arrays;

/**
 * Outputs are regressed on the inputs with a ridge λ that shrinks the weights: W C (C + λ I)⁻¹
 * instead of W.
 */
public final class RidgeRegression implements OutputMetric {
  private final Moments moments;
  private final double lambda;
  private final boolean exact;
  private Matrix root;

  /**
   * A regression.
   *
   * @param lambda relative to the mean of C's diagonal
   * @param exact true for K = C (C + λ I)⁻¹ C, which belongs to the ridge objective; false for C
   */
  public RidgeRegression(Moments moments, double lambda, boolean exact) {
    this.moments = moments;
    this.lambda = lambda;
    this.exact = exact;
  }

  @Override
  public Matrix gram(Matrix r, Scope scope) {
    root = Matrices.toDouble(moments.gram(), scope);
    double mean = Arrays.stream(Matrices.diagonal(root)).average().orElse(0);
    Matrices.addToDiagonal(root, lambda * mean);
    if (!scope.device().lapack().cholesky(root)) {
      throw new InputException(
          "the inputs' Gram matrix is singular at lambda "
              + lambda
              + ": give more calibration examples or a larger lambda");
    }
    if (!exact) {
      return new SecondMoment(moments).gram(r, scope);
    }
    Matrix images = Matrices.product(false, moments.gram(), true, r, scope);
    scope.device().lapack().solveLower(false, root, images);
    Matrix gram = Matrices.allocate(scope, r.rows(), r.rows());
    scope.device().blas().syrk(true, images, gram);
    return gram;
  }

  @Override
  public Matrix shrink(Matrix rows, Scope scope) {
    Matrix columns = Matrices.product(false, moments.gram(), true, rows, scope);
    scope.device().lapack().solveLower(false, root, columns);
    scope.device().lapack().solveLower(true, root, columns);
    return Matrices.transpose(columns, scope);
  }
}
