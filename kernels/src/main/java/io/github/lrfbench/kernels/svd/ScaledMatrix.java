package io.github.lrfbench.kernels.svd;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.Arrays;

/**
 * A finite matrix at a scale at which squares neither overflow nor vanish in single precision.
 * Ordinary weights are taken as they are; others are multiplied by a power of two, which changes no
 * digits.
 *
 * @param matrix W 2⁻ᵉ
 * @param norm its Frobenius norm
 * @param exponent e
 */
record ScaledMatrix(Matrix matrix, double norm, int exponent) {
  private static final double LEAST_SQUARED_NORM = 1e-24;
  private static final double LARGEST_SQUARED_NORM = 1e24;

  /** The reciprocals of smaller powers of two overflow. */
  private static final int LEAST_EXPONENT = -1000;

  /**
   * W, or a copy of it in {@code scope} at another scale.
   *
   * @throws ArithmeticException if W holds NaN or infinity
   */
  static ScaledMatrix of(Matrix w, Scope scope) {
    double squaredNorm = w.device().blas().squaredNorm(w);
    if (squaredNorm >= LEAST_SQUARED_NORM && squaredNorm <= LARGEST_SQUARED_NORM) {
      return new ScaledMatrix(w, Math.sqrt(squaredNorm), 0);
    }
    double largest = largestMagnitude(w);
    if (largest == 0) {
      return new ScaledMatrix(w, 0, 0);
    }
    int exponent = Math.max(LEAST_EXPONENT, Math.getExponent(largest));
    Matrix copy = Matrix.of(scope.allocate(w.dtype(), w.rows(), w.cols()));
    double[] factors = new double[w.rows()];
    Arrays.fill(factors, Math.scalb(1.0, -exponent));
    w.device().blas().copy(w, copy);
    w.device().blas().scaleRows(copy, factors);
    return new ScaledMatrix(copy, Math.sqrt(w.device().blas().squaredNorm(copy)), exponent);
  }

  /** The spectrum of W from that of the scaled matrix. */
  Spectrum unscaled(Spectrum spectrum) {
    if (exponent == 0) {
      return spectrum;
    }
    double[] values = spectrum.values();
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.scalb(values[i], exponent);
    }
    double unscaledNorm = Math.scalb(spectrum.norm(), exponent);
    return new Spectrum(values, spectrum.size(), unscaledNorm, spectrum.exact());
  }

  private static double largestMagnitude(Matrix w) {
    double[] row = new double[w.cols()];
    double largest = 0;
    for (int i = 0; i < w.rows(); i++) {
      w.data().read(w.offset() + (long) i * w.stride(), row, 0, row.length);
      for (double value : row) {
        largest = Math.max(largest, Math.abs(value));
      }
    }
    if (!Double.isFinite(largest)) {
      throw new ArithmeticException(
          "the " + w.rows() + " x " + w.cols() + " matrix holds NaN or infinity");
    }
    return largest;
  }
}
