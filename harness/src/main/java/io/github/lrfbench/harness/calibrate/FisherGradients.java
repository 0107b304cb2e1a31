package io.github.lrfbench.harness.calibrate;

import io.github.lrfbench.harness.autograd.Layer;
import io.github.lrfbench.harness.autograd.LayerGradients;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;

/**
 * Adds the squares of every sequence's gradient to the Fisher information, in one backward pass
 * over a batch: a matrix's gradient is a sum over tokens, so that a sequence's share is the product
 * of its rows.
 *
 * @param fisher added to
 * @param offsets where the sequences begin, and the last ends
 */
record FisherGradients(Fisher fisher, int[] offsets) implements LayerGradients {
  @Override
  public boolean wants(Layer layer) {
    return fisher.has(layer);
  }

  @Override
  public void add(Layer layer, Matrix x, Matrix dy) {
    Device device = x.device();
    Matrix target = fisher.sums(layer);
    try (Scope scope = device.openScope()) {
      Matrix gradient = Matrix.of(scope.allocate(x.dtype(), target.rows(), target.cols()));
      for (int s = 0; s + 1 < offsets.length; s++) {
        Matrix inputs = x.rows(offsets[s], offsets[s + 1]);
        Matrix slopes = dy.rows(offsets[s], offsets[s + 1]);
        device.blas().gemm(true, false, 1, inputs, slopes, 0, gradient);
        device.gradients().addSquares(gradient, target);
      }
    }
  }
}
