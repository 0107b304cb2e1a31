package io.github.lrfbench.kernels.cpu.rows;

import io.github.lrfbench.kernels.Matrix;

/** Moves single rows between a matrix and Java arrays, on which the JVM vectorizes loops. */
public final class Rows {
  private Rows() {}

  /** Copies a row to {@code target[0...]}. */
  public static void read(Matrix matrix, int row, double[] target) {
    matrix.data().read(start(matrix, row), target, 0, matrix.cols());
  }

  /** Copies {@code source[0...]} to a row. */
  public static void write(Matrix matrix, int row, double[] source) {
    matrix.data().write(start(matrix, row), source, 0, matrix.cols());
  }

  /** Index of the first element of a row within the matrix's tensor. */
  public static long start(Matrix matrix, int row) {
    return matrix.offset() + (long) row * matrix.stride();
  }
}
