package io.github.lrfbench.kernels.cpu.rows;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.cpu.memory.Block;

/** {@link RowMath} in double precision, for checks: the definitions themselves. */
public final class DoubleRowMath implements RowMath<double[]> {
  /** The only one; it has no state. */
  public static final DoubleRowMath INSTANCE = new DoubleRowMath();

  private DoubleRowMath() {}

  @Override
  public DType dtype() {
    return DType.F64;
  }

  @Override
  public double[] allocate(int length) {
    return new double[length];
  }

  @Override
  public int length(double[] array) {
    return array.length;
  }

  @Override
  public Staging<double[]> stage(Matrix matrix) {
    return matrix.dtype() == DType.F64
        ? new Staging.Doubles(matrix)
        : new Staging.WidenedFloats(matrix);
  }

  @Override
  public Staging<double[]> stage(Block block, int stride) {
    return new Staging.Doubles(block, stride);
  }

  @Override
  public double at(double[] x, int i) {
    return x[i];
  }

  @Override
  public void put(double[] x, int i, double value) {
    x[i] = value;
  }

  @Override
  public void add(double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      x[i] += y[i];
    }
  }

  /** Three times as fast as by single elements, and decompositions transpose a lot. */
  @Override
  public void transpose(double[] x, int rows, int cols, double[] y) {
    for (int j = 0; j < cols; j++) {
      for (int i = 0; i < rows; i++) {
        y[j * rows + i] = x[i * cols + j];
      }
    }
  }
}
