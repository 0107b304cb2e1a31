package io.github.lrfbench.harness.model;

import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;

/** Matrices made wider by zeros, which other programs need where a width is smaller than theirs. */
final class ZeroPadding {
  private ZeroPadding() {}

  /**
   * More outputs, which are always 0.
   *
   * @param linear dense
   * @param parts of as many outputs that stand side by side, each of which becomes wider
   * @param width of a part
   * @param scope owns the result
   */
  static Linear ofOutputs(Linear linear, int parts, int width, Scope scope) {
    int own = linear.outputs() / parts;
    Matrix weight = Matrix.of(scope.zeros(DType.F32, linear.inputs(), (long) parts * width));
    Tensor bias = scope.zeros(DType.F32, (long) parts * width);
    float[] given = linear.bias() == null ? new float[linear.outputs()] : linear.bias().toFloats();
    for (int part = 0; part < parts; part++) {
      Matrix columns = linear.dense().columns(part * own, (part + 1) * own);
      scope.device().blas().copy(columns, weight.columns(part * width, part * width + own));
      bias.write((long) part * width, given, part * own, own);
    }
    return new DenseLinear(weight, bias);
  }

  /**
   * More inputs, which nothing comes of.
   *
   * @param linear dense; its bias is shared
   * @param width of all inputs
   * @param scope owns the result
   */
  static Linear ofInputs(Linear linear, int width, Scope scope) {
    Matrix weight = Matrix.of(scope.zeros(DType.F32, width, linear.outputs()));
    scope.device().blas().copy(linear.dense(), weight.rows(0, linear.inputs()));
    return new DenseLinear(weight, linear.bias());
  }
}
