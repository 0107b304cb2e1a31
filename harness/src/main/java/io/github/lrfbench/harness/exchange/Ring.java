package io.github.lrfbench.harness.exchange;

import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The all-reduce of workers that stand in a ring (Patarasuk and Yuan 2009). All that a worker sends
 * is laid end to end and cut into as many chunks as there are workers. Chunk c starts at worker c
 * and goes around; each worker adds its own to it and passes it on, and after N - 1 passes the sum
 * is whole. In N - 1 more all workers get it. So a worker sends 2 (N - 1) / N of its payload, and
 * the numbers of a chunk are added in the order c, c + 1, ..., c + N - 1, modulo N.
 */
public final class Ring {
  private final int workers;

  /**
   * A ring.
   *
   * @param workers at least 1
   */
  public Ring(int workers) {
    this.workers = workers;
  }

  /**
   * Sums what all workers hold, and divides by their number.
   *
   * @param sent of each worker the matrices that it sends; not modified
   * @param mean of the same shapes, modified; overlaps none of them
   * @param cost is told the payload
   */
  public void mean(List<List<Matrix>> sent, List<Matrix> mean, ExchangeCost cost) {
    long total = mean.stream().mapToLong(Ring::size).sum();
    long begin = 0;
    for (int part = 0; part < mean.size(); part++) {
      long end = begin + size(mean.get(part));
      for (int chunk = 0; chunk < workers; chunk++) {
        long from = Math.max(begin, total * chunk / workers);
        long to = Math.min(end, total * (chunk + 1) / workers);
        if (from < to) {
          sum(sent, part, chunk, from - begin, to - begin, mean.get(part));
        }
      }
      if (workers > 1) {
        scale(mean.get(part), 1.0 / workers);
      }
      begin = end;
    }
    if (total > 0) {
      cost.allReduced(total * mean.get(0).dtype().bytes());
    }
  }

  /** Sums the elements of one chunk in a part, as they come around. */
  private void sum(
      List<List<Matrix>> sent, int part, int chunk, long from, long to, Matrix result) {
    Device device = result.device();
    List<Matrix> target = pieces(result, from, to);
    for (int pass = 0; pass < workers; pass++) {
      List<Matrix> own = pieces(sent.get((chunk + pass) % workers).get(part), from, to);
      for (int i = 0; i < own.size(); i++) {
        if (pass == 0) {
          device.blas().copy(own.get(i), target.get(i));
        } else {
          device.gradients().addScaled(1, own.get(i), target.get(i));
        }
      }
    }
  }

  /** The elements from one to another of a matrix read row by row, as at most three matrices. */
  private static List<Matrix> pieces(Matrix matrix, long from, long to) {
    int cols = matrix.cols();
    int first = (int) (from / cols);
    int last = (int) (to / cols);
    int column = (int) (from % cols);
    int lastColumn = (int) (to % cols);
    List<Matrix> pieces = new ArrayList<>();
    if (first == last) {
      pieces.add(matrix.rows(first, first + 1).columns(column, lastColumn));
      return pieces;
    }
    if (column > 0) {
      pieces.add(matrix.rows(first, first + 1).columns(column, cols));
      first++;
    }
    if (first < last) {
      pieces.add(matrix.rows(first, last));
    }
    if (lastColumn > 0) {
      pieces.add(matrix.rows(last, last + 1).columns(0, lastColumn));
    }
    return pieces;
  }

  private static long size(Matrix matrix) {
    return (long) matrix.rows() * matrix.cols();
  }

  /** Multiplies all elements. */
  public static void scale(Matrix matrix, double factor) {
    Matrix rows = matrix.isContiguous() ? matrix.reshape(1, Math.toIntExact(size(matrix))) : matrix;
    double[] factors = new double[rows.rows()];
    Arrays.fill(factors, factor);
    matrix.device().blas().scaleRows(rows, factors);
  }
}
