package io.github.lrfbench.harness.calibrate;

import io.github.lrfbench.harness.autograd.ParameterGradients;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;

/**
 * Adds the squares of every sequence's gradient to the Fisher information, in one backward pass
 * over a batch: a matrix's gradient is a sum over tokens, so that a sequence's share is the product
 * of its rows.
 *
 * @param fisher added to
 * @param offsets where the sequences begin, and the last ends
 */
record FisherGradients(Fisher fisher, int[] offsets) implements ParameterGradients {
  @Override
  public Tensor of(Tensor parameter) {
    return fisher.sums(parameter);
  }

  @Override
  public void addProduct(Matrix weight, boolean transposed, Matrix x, Matrix dy) {
    Tensor sums = of(weight.data());
    if (sums == null) {
      return;
    }
    if (transposed) {
      throw new IllegalArgumentException("weights of slots stand on the right as they are");
    }
    Device device = x.device();
    Matrix target =
        new Matrix(sums, weight.offset(), weight.rows(), weight.cols(), weight.stride());
    try (Scope scope = device.openScope()) {
      Matrix gradient = Matrix.of(scope.allocate(x.dtype(), weight.rows(), weight.cols()));
      for (int s = 0; s + 1 < offsets.length; s++) {
        Matrix inputs = x.rows(offsets[s], offsets[s + 1]);
        Matrix slopes = dy.rows(offsets[s], offsets[s + 1]);
        device.blas().gemm(true, false, 1, inputs, slopes, 0, gradient);
        device.gradients().addSquares(gradient, target);
      }
    }
  }
}
