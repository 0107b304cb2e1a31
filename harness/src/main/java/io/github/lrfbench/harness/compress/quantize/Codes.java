package io.github.lrfbench.harness.compress.quantize;

import io.github.lrfbench.harness.compress.quantize.CodeGrid.Step;
import io.github.lrfbench.harness.linear.QuantizedLinear;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.CodePacking;

/** Codes of a matrix W of [rows, cols], filled in one by one. */
final class Codes {
  private final CodeGrid grid;
  private final int rows;
  private final int cols;
  private final int groups;
  private final byte[] codes;
  private final float[] scales;
  private final float[] zeros;

  Codes(CodeGrid grid, int rows, int cols) {
    this.grid = grid;
    this.rows = rows;
    this.cols = cols;
    this.groups = grid.groups(cols);
    this.codes = new byte[Math.multiplyExact(rows, cols)];
    this.scales = new float[rows * groups];
    this.zeros = new float[rows * groups];
  }

  /**
   * Fits scale and zero point of a group of a row's inputs to weights.
   *
   * @param weights those of the group are at its places in the row
   */
  void fit(int row, int group, double[] weights, String slot) {
    int from = group * grid.width(cols);
    Step step = grid.fit(weights, from, Math.min(cols, from + grid.width(cols)), slot, row);
    scales[row * groups + group] = step.scale();
    zeros[row * groups + group] = step.zero();
  }

  /** Fits those of all groups to W itself. */
  void fitAll(Matrix w, String slot) {
    double[] weights = new double[cols];
    for (int i = 0; i < rows; i++) {
      w.data().read(w.offset() + (long) i * w.stride(), weights, 0, cols);
      for (int g = 0; g < groups; g++) {
        fit(i, g, weights, slot);
      }
    }
  }

  /** Rounds a weight by its group's scale; what is stored for it is returned. */
  double round(int row, int col, double weight) {
    int at = row * groups + col / grid.width(cols);
    Step step = new Step(scales[at], zeros[at]);
    int code = grid.code(weight, step);
    codes[row * cols + col] = (byte) code;
    return step.weight(code);
  }

  /** The map of these codes, without a bias. */
  QuantizedLinear map(Scope scope) {
    return new QuantizedLinear(
        packed(scope),
        grid.bits(),
        scope.floats(scales, rows, groups),
        grid.symmetric() ? null : origins(scope),
        cols,
        grid.width(cols),
        null,
        DType.F32);
  }

  /** Those of 8 bits are signed. */
  private Matrix packed(Scope scope) {
    if (grid.bits() < Byte.SIZE) {
      byte[] packed = CodePacking.pack(codes, cols, grid.bits());
      int width = CodePacking.width(cols, grid.bits());
      return Matrix.of(scope.codes(DType.U8, packed, rows, width));
    }
    byte[] signed = new byte[codes.length];
    for (int i = 0; i < signed.length; i++) {
      signed[i] = (byte) (codes[i] + Byte.MIN_VALUE);
    }
    return Matrix.of(scope.codes(DType.I8, signed, rows, cols));
  }

  private Tensor origins(Scope scope) {
    float[] origins = zeros.clone();
    for (int i = 0; grid.bits() == Byte.SIZE && i < origins.length; i++) {
      origins[i] += Byte.MIN_VALUE;
    }
    return scope.floats(origins, rows, groups);
  }
}
