package io.github.lrfbench.harness.compress.spi;

import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;

/**
 * By what a difference D of matrices of [m, n] is measured: ‖D‖² = tr(D K Dᵀ), K of [n, n] being
 * symmetric and positive semidefinite.
 */
public final class ErrorMetric {
  /** K = 1: the squared Frobenius norm. */
  public static final ErrorMetric WEIGHTS = new ErrorMetric(null, false);

  /** Of the inputs; null for weights. */
  private final Moments moments;

  private final boolean centred;

  private ErrorMetric(Moments moments, boolean centred) {
    this.moments = moments;
    this.centred = centred;
  }

  /** K = C = X Xᵀ: ‖D X‖² over the tokens. */
  public static ErrorMetric outputs(Moments moments) {
    return new ErrorMetric(moments, false);
  }

  /** K = C − p μ μᵀ: what is left of ‖D X‖² where a bias makes up for D μ. */
  public static ErrorMetric centredOutputs(Moments moments) {
    return new ErrorMetric(moments, true);
  }

  /**
   * ‖D‖².
   *
   * @param d F64 [m, n], not modified
   */
  public double squared(Matrix d, Scope scratch) {
    if (moments == null) {
      return scratch.device().blas().squaredNorm(d);
    }
    double squares = MatrixErrors.squaredImage(d, moments, scratch);
    if (centred) {
      for (double ofMean : MatrixErrors.times(d, moments.mean(), scratch)) {
        squares -= moments.tokens() * ofMean * ofMean;
      }
    }
    return squares;
  }

  /**
   * K X.
   *
   * @param x F64 [n, k], not modified
   * @param scope owns the result
   * @return may be x itself
   */
  public Matrix image(Matrix x, Scope scope) {
    if (moments == null) {
      return x;
    }
    Matrix image = Matrices.product(false, moments.gram(), false, x, scope);
    if (centred) {
      Matrix mean = Matrix.of(scope.doubles(moments.mean(), moments.mean().length, 1));
      Matrix ofMean = Matrices.product(true, mean, false, x, scope);
      scope.device().blas().gemm(false, false, -moments.tokens(), mean, ofMean, 1, image);
    }
    return image;
  }
}
