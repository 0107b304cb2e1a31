package io.github.lrfbench.harness.calibrate;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;

/**
 * Sums of products of a batch's rows: products in the model's precision, sums in F64. Those of rows
 * with themselves are {@link io.github.lrfbench.kernels.ops.Blas#addGram}.
 */
final class GramSums {
  private GramSums() {}

  /** {@code sum += xᵀ y}. */
  static void add(Matrix x, Matrix y, Matrix sum) {
    Device device = x.device();
    try (Scope scratch = device.openScope()) {
      Matrix product = Matrix.of(scratch.allocate(x.dtype(), x.cols(), y.cols()));
      device.blas().gemm(true, false, 1, x, y, 0, product);
      Matrix wide = Matrix.of(scratch.allocate(DType.F64, sum.rows(), sum.cols()));
      device.blas().copy(product, wide);
      device.gradients().addScaled(1, wide, sum);
    }
  }
}
