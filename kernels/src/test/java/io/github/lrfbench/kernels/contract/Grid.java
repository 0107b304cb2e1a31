package io.github.lrfbench.kernels.contract;

import java.util.Random;
import java.util.function.DoubleUnaryOperator;

/**
 * A matrix on the host, row-major.
 *
 * @param rows number of rows
 * @param cols number of columns
 * @param values the elements
 */
public record Grid(int rows, int cols, double[] values) {
  /** Checks the size. */
  public Grid {
    if (values.length != rows * cols) {
      throw new IllegalArgumentException(values.length + " values for " + rows + " x " + cols);
    }
  }

  /** Computes an element from its place. */
  @FunctionalInterface
  public interface Element {
    double at(int row, int col);
  }

  /** A matrix with computed elements. */
  public static Grid of(int rows, int cols, Element element) {
    double[] values = new double[rows * cols];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < cols; j++) {
        values[i * cols + j] = element.at(i, j);
      }
    }
    return new Grid(rows, cols, values);
  }

  /** Normally distributed elements that F32 holds exactly. */
  public static Grid random(int rows, int cols, long seed) {
    Random random = new Random(seed);
    return of(rows, cols, (i, j) -> (float) random.nextGaussian());
  }

  /** Ones on the diagonal. */
  public static Grid identity(int size) {
    return of(size, size, (i, j) -> i == j ? 1 : 0);
  }

  /** One row of the given elements. */
  public static Grid row(double... values) {
    return new Grid(1, values.length, values);
  }

  /** Element (row, col). */
  public double at(int row, int col) {
    return values[row * cols + col];
  }

  /** The transposed matrix. */
  public Grid transposed() {
    return of(cols, rows, (i, j) -> at(j, i));
  }

  /** Every element under a function. */
  public Grid map(DoubleUnaryOperator function) {
    return of(rows, cols, (i, j) -> function.applyAsDouble(at(i, j)));
  }

  /** This matrix with one other element. */
  public Grid with(int row, int col, double value) {
    return of(rows, cols, (i, j) -> i == row && j == col ? value : at(i, j));
  }

  /** Rows {@code [from, to)}. */
  public Grid rows(int from, int to) {
    return of(to - from, cols, (i, j) -> at(from + i, j));
  }

  /** Columns {@code [from, to)}. */
  public Grid columns(int from, int to) {
    return of(rows, to - from, (i, j) -> at(i, from + j));
  }

  /** The largest magnitude of an element, 0 if there is none. */
  public double largest() {
    double largest = 0;
    for (double value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }
}
