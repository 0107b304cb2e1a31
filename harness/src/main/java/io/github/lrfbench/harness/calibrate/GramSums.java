package io.github.lrfbench.harness.calibrate;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;

/** Sums of products of a batch's rows: products in the model's precision, sums in F64. */
final class GramSums {
  private GramSums() {}

  /** {@code sum += xᵀ x}. */
  static void add(Matrix x, Matrix sum) {
    Device device = x.device();
    try (Scope scratch = device.openScope()) {
      Matrix gram = Matrix.of(scratch.allocate(x.dtype(), x.cols(), x.cols()));
      device.blas().syrk(true, x, gram);
      addTo(sum, gram, scratch);
    }
  }

  /** {@code sum += xᵀ y}. */
  static void add(Matrix x, Matrix y, Matrix sum) {
    Device device = x.device();
    try (Scope scratch = device.openScope()) {
      Matrix product = Matrix.of(scratch.allocate(x.dtype(), x.cols(), y.cols()));
      device.blas().gemm(true, false, 1, x, y, 0, product);
      addTo(sum, product, scratch);
    }
  }

  private static void addTo(Matrix sum, Matrix amount, Scope scratch) {
    Matrix wide = Matrix.of(scratch.allocate(DType.F64, sum.rows(), sum.cols()));
    sum.device().blas().copy(amount, wide);
    sum.device().gradients().addScaled(1, wide, sum);
  }
}
