package io.github.lrfbench.harness.compress.head;

import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.Arrays;

/**
 * An affine map y = K x + b fitted to examples by least squares, its ridge chosen on some of them.
 * Means are taken off first: without, classes that are rare would be predicted too rarely.
 */
final class Regression {
  /** What is tried, relative to the mean of the diagonal of Xᵀ X. */
  private static final double[] RIDGES = {0, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100};

  private final double[] featureMean;
  private final double[] targetMean;
  private final Matrix features;
  private final Matrix targets;
  private final RidgeFits fits;
  private double ridge;

  private Regression(Matrix x, Matrix t, Scope scope) {
    featureMean = mean(x);
    targetMean = mean(t);
    features = centred(x, featureMean, scope);
    targets = centred(t, targetMean, scope);
    fits = new RidgeFits(features, targets, scope);
  }

  /**
   * Fits.
   *
   * @param x features, F64 [N, d]
   * @param t targets, F64 [N, c]
   * @param heldOut so many of the last rows choose the ridge, at least 1 and less than N; then all
   *     are fitted to
   * @param scope owns the result
   */
  static Regression of(Matrix x, Matrix t, int heldOut, Scope scope) {
    int fitted = x.rows() - heldOut;
    double best = 0;
    try (Scope scratch = scope.device().openScope()) {
      Regression part = new Regression(x.rows(0, fitted), t.rows(0, fitted), scratch);
      double least = Double.POSITIVE_INFINITY;
      for (double candidate : RIDGES) {
        part.ridge = candidate;
        double error = part.squaredError(x.rows(fitted, x.rows()), t.rows(fitted, x.rows()));
        if (error < least) {
          least = error;
          best = candidate;
        }
      }
    }
    Regression all = new Regression(x, t, scope);
    all.ridge = best;
    return all;
  }

  /** K, F64 [c, d]. */
  Matrix matrix(Scope scope) {
    return fits.solve(ridge * fits.meanSquare(), scope);
  }

  /** The ridge, relative to the mean of the diagonal of Xᵀ X. */
  double ridge() {
    return ridge;
  }

  /** The examples' features without their mean, F64 [N, d]. */
  Matrix features() {
    return features;
  }

  /** The mean of the features, [d]. */
  double[] featureMean() {
    return featureMean;
  }

  /** Directions in which the features vary, the most first, as rows F64 [d, d]. */
  Matrix directions() {
    return fits.directions();
  }

  /** The bias that belongs to a matrix K of [c, d]: that of the means. */
  double[] bias(Matrix k) {
    try (Scope scratch = k.device().openScope()) {
      Matrix mean = Matrix.of(scratch.doubles(featureMean, featureMean.length, 1));
      double[] image = Matrices.product(false, k, false, mean, scratch).data().toDoubles();
      double[] bias = targetMean.clone();
      for (int i = 0; i < bias.length; i++) {
        bias[i] -= image[i];
      }
      return bias;
    }
  }

  /** ‖T − t̄‖, which is the error of no features. */
  double spread() {
    return Math.sqrt(targets.device().blas().squaredNorm(targets));
  }

  /** The error ‖T − X Kᵀ − b‖ of a matrix K with its bias, on the examples that were fitted to. */
  double error(Matrix k) {
    return Math.sqrt(squaredResidual(features, targets, k));
  }

  private double squaredError(Matrix x, Matrix t) {
    try (Scope scratch = x.device().openScope()) {
      return squaredResidual(
          centred(x, featureMean, scratch), centred(t, targetMean, scratch), matrix(scratch));
    }
  }

  private static double squaredResidual(Matrix x, Matrix t, Matrix k) {
    try (Scope scratch = x.device().openScope()) {
      Matrix residual = Matrices.toDouble(t, scratch);
      x.device().blas().gemm(false, true, -1, x, k, 1, residual);
      return x.device().blas().squaredNorm(residual);
    }
  }

  private static double[] mean(Matrix x) {
    try (Scope scratch = x.device().openScope()) {
      double[] sums =
          Matrices.product(true, ones(x.rows(), scratch), false, x, scratch).data().toDoubles();
      return Arrays.stream(sums).map(sum -> sum / x.rows()).toArray();
    }
  }

  /** A copy of x without its mean. */
  private static Matrix centred(Matrix x, double[] mean, Scope scope) {
    Matrix centred = Matrices.toDouble(x, scope);
    try (Scope scratch = x.device().openScope()) {
      Matrix row = Matrix.of(scratch.doubles(mean, 1, mean.length));
      x.device().blas().gemm(false, false, -1, ones(x.rows(), scratch), row, 1, centred);
    }
    return centred;
  }

  private static Matrix ones(int rows, Scope scratch) {
    double[] ones = new double[rows];
    Arrays.fill(ones, 1);
    return Matrix.of(scratch.doubles(ones, rows, 1));
  }
}
