package io.github.lrfbench.harness.compress.columns;

import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.stream.IntStream;

/**
 * Which rows of a positive semidefinite matrix tell most of the others: in every step of its
 * Cholesky factorization the one with the largest element left on the diagonal.
 */
final class PivotedCholesky {
  private PivotedCholesky() {}

  /**
   * The pivots; those after the matrix's rank is used up in the order of the rows.
   *
   * @param gram F64 [n, n], not modified
   * @throws ArithmeticException if a number on the diagonal is NaN or infinite
   */
  static int[] order(Matrix gram, int count) {
    int n = gram.rows();
    double[] left = Matrices.diagonal(gram);
    double largest = 0;
    for (double element : left) {
      if (!Double.isFinite(element)) {
        throw new ArithmeticException("a Gram matrix holds NaN or infinity");
      }
      largest = Math.max(largest, element);
    }
    double negligible = n * 0x1p-52 * largest;
    int[] order = new int[count];
    boolean[] taken = new boolean[n];
    int found = 0;
    try (Scope scratch = gram.device().openScope()) {
      Matrix rows = Matrices.allocate(scratch, count, n);
      for (int next = largest(left); found < count && left[next] > negligible; found++) {
        Matrix row = rows.rows(found, found + 1);
        gram.device().blas().copy(gram.rows(next, next + 1), row);
        if (found > 0) {
          Matrix before = rows.rows(0, found);
          Matrix own = before.columns(next, next + 1);
          gram.device().blas().gemm(true, false, -1, own, before, 1, row);
        }
        gram.device().blas().scaleRows(row, new double[] {1 / Math.sqrt(left[next])});
        double[] values = new double[n];
        row.data().read(row.offset(), values, 0, n);
        order[found] = next;
        taken[next] = true;
        for (int i = 0; i < n; i++) {
          left[i] = taken[i] ? Double.NEGATIVE_INFINITY : left[i] - values[i] * values[i];
        }
        next = largest(left);
      }
    }
    int[] rest = IntStream.range(0, n).filter(i -> !taken[i]).toArray();
    System.arraycopy(rest, 0, order, found, count - found);
    return order;
  }

  private static int largest(double[] values) {
    int largest = 0;
    for (int i = 1; i < values.length; i++) {
      if (values[i] > values[largest]) {
        largest = i;
      }
    }
    return largest;
  }
}
