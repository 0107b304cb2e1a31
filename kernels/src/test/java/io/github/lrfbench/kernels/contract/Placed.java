package io.github.lrfbench.kernels.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.Arrays;

/**
 * A matrix on a device, on its own or as a slice of columns and rows of a larger tensor, whose
 * other elements are NaN so that reading or writing them shows.
 *
 * @param matrix where the elements are
 */
record Placed(Matrix matrix) {
  /** How a matrix lies in its tensor. */
  enum Layout {
    PACKED,
    SLICE
  }

  static Placed of(Scope scope, DType dtype, Layout layout, Grid grid) {
    int before = layout == Layout.PACKED ? 0 : 3;
    int stride = layout == Layout.PACKED ? grid.cols() : grid.cols() + 7;
    int tensorRows = layout == Layout.PACKED ? grid.rows() : grid.rows() + 2;
    int offset = layout == Layout.PACKED ? 0 : stride + before;
    double[] values = new double[tensorRows * stride];
    Arrays.fill(values, Double.NaN);
    for (int i = 0; i < grid.rows(); i++) {
      System.arraycopy(grid.values(), i * grid.cols(), values, offset + i * stride, grid.cols());
    }
    Tensor tensor = scope.allocate(dtype, tensorRows, stride);
    tensor.write(0, values, 0, values.length);
    return new Placed(new Matrix(tensor, offset, grid.rows(), grid.cols(), stride));
  }

  /** A place for results, which holds NaN. */
  static Placed empty(Scope scope, DType dtype, Layout layout, int rows, int cols) {
    return of(scope, dtype, layout, Grid.of(rows, cols, (i, j) -> Double.NaN));
  }

  Grid read() {
    double[] all = matrix.data().toDoubles();
    return Grid.of(
        matrix.rows(),
        matrix.cols(),
        (i, j) -> all[(int) matrix.offset() + i * matrix.stride() + j]);
  }

  /**
   * Compares with the expected elements: the difference may be {@code tolerance} times the larger
   * of one and the largest expected magnitude. NaN and infinity must be the same.
   */
  void assertHolds(Grid expected, double tolerance, String what) {
    assertClose(expected, read(), tolerance, what);
    assertSurroundingsAreUntouched(what);
  }

  static void assertClose(Grid expected, Grid actual, double tolerance, String what) {
    assertEquals(expected.rows(), actual.rows(), what);
    assertEquals(expected.cols(), actual.cols(), what);
    double largest = 1;
    for (double value : expected.values()) {
      largest = Double.isFinite(value) ? Math.max(largest, Math.abs(value)) : largest;
    }
    for (int i = 0; i < expected.rows(); i++) {
      for (int j = 0; j < expected.cols(); j++) {
        double e = expected.at(i, j);
        double a = actual.at(i, j);
        boolean same = Double.isFinite(e) ? Math.abs(e - a) <= tolerance * largest : e == a;
        assertTrue(
            same || Double.isNaN(e) && Double.isNaN(a),
            what + " at (" + i + ", " + j + "): expected " + e + " but was " + a);
      }
    }
  }

  private void assertSurroundingsAreUntouched(String what) {
    double[] all = matrix.data().toDoubles();
    for (int e = 0; e < all.length; e++) {
      long i = Math.floorDiv(e - matrix.offset(), matrix.stride());
      long j = Math.floorMod(e - matrix.offset(), matrix.stride());
      boolean inside = i >= 0 && i < matrix.rows() && j < matrix.cols();
      assertTrue(inside || Double.isNaN(all[e]), what + " wrote outside its result");
    }
  }
}
