package io.github.lrfbench.kernels.svd;

import io.github.lrfbench.kernels.Matrix;
import java.util.Comparator;
import java.util.stream.IntStream;

/** Turns projections into singular values and vectors. */
final class RowNorms {
  private RowNorms() {}

  /** Divides each row by its norm and returns the norms; rows of zeros stay. */
  static double[] normalize(Matrix rows) {
    double[] norms = rows.device().blas().rowSquaredNorms(rows);
    double[] factors = new double[norms.length];
    for (int i = 0; i < norms.length; i++) {
      norms[i] = Math.sqrt(norms[i]);
      factors[i] = norms[i] == 0 ? 0 : 1 / norms[i];
    }
    rows.device().blas().scaleRows(rows, factors);
    return norms;
  }

  /**
   * Sorts the values in descending order and the rows of both matrices with them. They come sorted
   * except for neighbours that agree up to rounding.
   */
  static void sortDescending(double[] values, Matrix first, Matrix second) {
    int[] order =
        IntStream.range(0, values.length)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer i) -> -values[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    double[] unsorted = values.clone();
    double[][] firstRows = readMoved(first, order);
    double[][] secondRows = readMoved(second, order);
    for (int i = 0; i < order.length; i++) {
      values[i] = unsorted[order[i]];
      if (order[i] != i) {
        first.data().write(start(first, i), firstRows[order[i]], 0, first.cols());
        second.data().write(start(second, i), secondRows[order[i]], 0, second.cols());
      }
    }
  }

  private static double[][] readMoved(Matrix matrix, int[] order) {
    double[][] rows = new double[order.length][];
    for (int i = 0; i < order.length; i++) {
      if (order[i] != i) {
        rows[order[i]] = new double[matrix.cols()];
        matrix.data().read(start(matrix, order[i]), rows[order[i]], 0, matrix.cols());
      }
    }
    return rows;
  }

  private static long start(Matrix matrix, int row) {
    return matrix.offset() + (long) row * matrix.stride();
  }
}
