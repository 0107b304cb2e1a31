package io.github.lrfbench.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.contract.Grid;
import java.util.Arrays;

/**
 * A matrix on a device and the values that its type made of the elements. The elements around it
 * are NaN, so that reading or writing them shows.
 *
 * @param matrix where the elements are
 * @param values what they are
 */
record RoundedMatrix(Matrix matrix, Grid values) {
  /** Elements around a matrix: whole accesses of 16 bytes stay aligned, or they do not. */
  enum Margin {
    NONE(0, 0),
    ALIGNED(8, 16),
    ODD(3, 7);

    private final int before;
    private final int inAll;

    Margin(int before, int inAll) {
      this.before = before;
      this.inAll = inAll;
    }
  }

  static RoundedMatrix of(Scope scope, DType dtype, Margin margin, Grid grid) {
    int stride = grid.cols() + margin.inAll;
    int rows = grid.rows() + (margin == Margin.NONE ? 0 : 2);
    int offset = margin == Margin.NONE ? 0 : stride + margin.before;
    double[] all = new double[rows * stride];
    Arrays.fill(all, Double.NaN);
    for (int i = 0; i < grid.rows(); i++) {
      System.arraycopy(grid.values(), i * grid.cols(), all, offset + i * stride, grid.cols());
    }
    Tensor tensor = scope.allocate(dtype, rows, stride);
    tensor.write(0, all, 0, all.length);
    Matrix matrix = new Matrix(tensor, offset, grid.rows(), grid.cols(), stride);
    return new RoundedMatrix(matrix, read(matrix));
  }

  /** A vector. */
  static RoundedMatrix vector(Scope scope, DType dtype, Grid row) {
    return of(scope, dtype, Margin.NONE, row);
  }

  Tensor tensor() {
    return matrix.data();
  }

  private static Grid read(Matrix matrix) {
    double[] all = matrix.data().toDoubles();
    return Grid.of(
        matrix.rows(),
        matrix.cols(),
        (i, j) -> all[(int) matrix.offset() + i * matrix.stride() + j]);
  }

  /** Compares what the matrix holds now, as a part of the larger of one and the largest element. */
  void assertHolds(Grid expected, double tolerance, String what) {
    Grid actual = read(matrix);
    double allowed = tolerance * Math.max(1, expected.largest());
    for (int i = 0; i < expected.rows(); i++) {
      for (int j = 0; j < expected.cols(); j++) {
        double difference = Math.abs(expected.at(i, j) - actual.at(i, j));
        assertTrue(
            difference <= allowed,
            what + " at " + i + ", " + j + ": " + expected.at(i, j) + ", not " + actual.at(i, j));
      }
    }
    long finite =
        Arrays.stream(matrix.data().toDoubles()).filter(value -> !Double.isNaN(value)).count();
    assertEquals((long) expected.rows() * expected.cols(), finite, what + " stayed inside");
  }
}
