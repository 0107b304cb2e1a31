package io.github.lrfbench.harness.compress.quantize;

import io.github.lrfbench.harness.compress.quantize.CodeGrid.Step;
import io.github.lrfbench.harness.linear.QuantizedLinear;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.CodePacking;
import java.util.SplittableRandom;

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
    this.scales = new float[grid.isOfMatrix() ? 1 : rows * groups];
    this.zeros = new float[scales.length];
  }

  /** m of [m, n]. */
  int rows() {
    return rows;
  }

  /** n. */
  int cols() {
    return cols;
  }

  /** The codes of W, each weight for itself. */
  static Codes nearest(Matrix w, CodeGrid grid, String slot) {
    return rounded(w, grid, slot, null);
  }

  /** The codes of W above or below each weight, so that it is met on average. */
  static Codes dithered(Matrix w, CodeGrid grid, String slot, SplittableRandom random) {
    return rounded(w, grid, slot, random);
  }

  private static Codes rounded(Matrix w, CodeGrid grid, String slot, SplittableRandom random) {
    Codes codes = new Codes(grid, w.rows(), w.cols());
    codes.fitAll(w, slot);
    double[] weights = new double[w.cols()];
    for (int i = 0; i < w.rows(); i++) {
      w.data().read(w.offset() + (long) i * w.stride(), weights, 0, weights.length);
      for (int j = 0; j < weights.length; j++) {
        Step step = codes.step(i, j);
        codes.codes[i * w.cols() + j] =
            (byte)
                (random == null
                    ? grid.code(weights[j], step)
                    : grid.code(weights[j], step, random.nextDouble()));
      }
    }
    return codes;
  }

  /**
   * Fits scale and zero point of a group of a row's inputs to weights.
   *
   * @param weights those of the group are at its places in the row
   */
  void fit(int row, int group, double[] weights, String slot) {
    int from = group * grid.width(cols);
    int to = Math.min(cols, from + grid.width(cols));
    set(row * groups + group, grid.fit(weights, from, to, slot, row));
  }

  private void set(int at, Step step) {
    scales[at] = step.scale();
    zeros[at] = step.zero();
  }

  /** Fits those of all groups to W itself. */
  void fitAll(Matrix w, String slot) {
    double[] weights = new double[grid.isOfMatrix() ? rows * cols : cols];
    for (int i = 0; i < rows; i++) {
      int at = grid.isOfMatrix() ? i * cols : 0;
      w.data().read(w.offset() + (long) i * w.stride(), weights, at, cols);
      for (int g = 0; !grid.isOfMatrix() && g < groups; g++) {
        fit(i, g, weights, slot);
      }
    }
    if (grid.isOfMatrix()) {
      set(0, grid.fit(weights, cols, slot));
    }
  }

  /** Rounds a weight by its group's scale; what is stored for it is returned. */
  double round(int row, int col, double weight) {
    Step step = step(row, col);
    int code = grid.code(weight, step);
    codes[row * cols + col] = (byte) code;
    return step.weight(code);
  }

  private Step step(int row, int col) {
    int at = grid.isOfMatrix() ? 0 : row * groups + col / grid.width(cols);
    return new Step(scales[at], zeros[at]);
  }

  /** The same codes, every scale being multiplied by a number. */
  Codes times(double factor) {
    Codes scaled = new Codes(grid, rows, cols);
    System.arraycopy(codes, 0, scaled.codes, 0, codes.length);
    System.arraycopy(zeros, 0, scaled.zeros, 0, zeros.length);
    for (int i = 0; i < scales.length; i++) {
      scaled.scales[i] = (float) (factor * scales[i]);
    }
    return scaled;
  }

  /** The map of these codes, without a bias. */
  QuantizedLinear map(Scope scope) {
    return new QuantizedLinear(
        packed(scope),
        grid.bits(),
        constants(scales, scope),
        grid.hasZeros() ? origins(scope) : null,
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
    return constants(origins, scope);
  }

  private Tensor constants(float[] values, Scope scope) {
    return grid.isOfMatrix() ? scope.floats(values, 1, 1) : scope.floats(values, rows, groups);
  }
}
