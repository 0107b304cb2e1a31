package io.github.lrfbench.harness.compress.columns;

import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.Arrays;

/** How alike the inputs of a matrix are, F64 [n, n]. */
final class InputKernel {
  private InputKernel() {}

  /** The covariance of the inputs on the calibration tokens. */
  static Matrix covariance(Moments moments, Scope scope) {
    Matrix covariance = Matrices.toDouble(moments.gram(), scope);
    double[] shares = new double[covariance.rows()];
    Arrays.fill(shares, 1.0 / moments.tokens());
    scope.device().blas().scaleRows(covariance, shares);
    Matrix mean = Matrix.of(scope.doubles(moments.mean(), moments.mean().length, 1));
    scope.device().blas().gemm(false, true, -1, mean, mean, 1, covariance);
    return covariance;
  }

  /** The inner products of the matrix's columns, Wᵀ W. */
  static Matrix weights(Matrix w, Scope scope) {
    Matrix gram = Matrices.allocate(scope, w.cols(), w.cols());
    scope.device().blas().syrk(true, w, gram);
    return gram;
  }

  /** exp(−d² / 2σ²) of the distance d of their numbers, as if inputs were pixels. */
  static Matrix index(int inputs, double sigma, Scope scope) {
    double[] elements = new double[Math.multiplyExact(inputs, inputs)];
    for (int i = 0; i < inputs; i++) {
      for (int j = 0; j < inputs; j++) {
        double distance = (i - j) / sigma;
        elements[i * inputs + j] = Math.exp(-distance * distance / 2);
      }
    }
    return Matrix.of(scope.doubles(elements, inputs, inputs));
  }
}
