package io.github.lrfbench.harness.compress.matrix;

import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * A sweep over the columns of a matrix W [m, n] whose inputs have the second moments H: one column
 * after the other gets the numbers that are stored, and those that have none yet make up for what
 * that lost. With H⁻¹ = Uᵀ U, U upper triangular, each later column k changes by −(wᵢ − ŵᵢ) U[i, k]
 * / U[i, i], which is what keeps tr(D H Dᵀ) the smallest, D being what is lost (Hassibi and Stork
 * 1993; Frantar et al. 2022).
 *
 * @param w W, F32 or F64 [m, n]
 * @param order the inputs, the first to be stored first
 * @param reordered whether that is another than the stored one
 * @param factor U of the inputs in their order, F64 [n, n]
 * @param damping what was added to the diagonal of H, relative to its mean
 */
public record ColumnSweep(Matrix w, int[] order, boolean reordered, Matrix factor, double damping) {
  /** What follows none. */
  private static final double LEAST_DAMPING = 1e-4;

  private static final double MOST_DAMPING = 1;

  /** What is stored, column by column; places are those in the sweep's order. */
  public interface Rule {
    /**
     * Where a block of columns ends that are looked at one by one before the others are told of
     * what they lost.
     *
     * @param from where it begins
     */
    int end(int from);

    /** Is told of the columns as they stand before one of them is stored. */
    default void before(int place, Columns columns) {}

    /**
     * What is stored for a weight.
     *
     * @param place of its column
     */
    double store(int row, int place, double weight);
  }

  /** The columns that are not stored yet, as those before left them. */
  public interface Columns {
    /** Weights of all rows, not to be modified. */
    double[] get(int place);

    /** U[i, i]: w² / U[i, i]² is what is lost where a weight of that column is left out. */
    double slope(int place);
  }

  /**
   * Prepares a matrix.
   *
   * @param slot name of the matrix
   * @param gram H, up to a factor, F64 [n, n]
   * @param reordered whether inputs with large moments come first
   * @param least the damping that is tried first; where H is not positive definite with it, ten
   *     times as much
   * @param scope owns the factor
   * @throws InputException if H is not positive definite with a damping of 1 either
   */
  public static ColumnSweep of(
      String slot, Matrix w, Matrix gram, boolean reordered, double least, Scope scope) {
    double[] diagonal = Matrices.diagonal(gram);
    int[] order =
        IntStream.range(0, diagonal.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> reordered ? -diagonal[i] : 0))
            .mapToInt(i -> i)
            .toArray();
    double mean = Arrays.stream(diagonal).average().orElse(0);
    double damping = least;
    Matrix factor = factor(gram, order, mean, damping, scope);
    while (factor == null) {
      if (damping >= MOST_DAMPING) {
        throw new InputException(
            slot + ": the second moments of its inputs are not positive definite");
      }
      damping = Math.min(MOST_DAMPING, Math.max(LEAST_DAMPING, 10 * damping));
      factor = factor(gram, order, mean, damping, scope);
    }
    return new ColumnSweep(w, order, reordered, factor, damping);
  }

  /**
   * U, from the Cholesky factor L of H backwards: with J turning the order around, J H J = L Lᵀ and
   * U = J L⁻¹ J. Null where there is none.
   */
  private static Matrix factor(Matrix gram, int[] order, double mean, double damping, Scope scope) {
    int n = order.length;
    double[][] rows = rows(gram, 0, n);
    double[] turned = new double[n * n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        turned[i * n + j] = rows[order[n - 1 - i]][order[n - 1 - j]];
      }
      // An input that is always 0 tells nothing of the others, whatever stands here.
      double own = turned[i * n + i];
      turned[i * n + i] = own == 0 ? Math.max(mean, Double.MIN_NORMAL) : own + damping * mean;
    }
    try (Scope scratch = scope.device().openScope()) {
      Matrix lower = Matrix.of(scratch.doubles(turned, n, n));
      if (!scope.device().lapack().cholesky(lower)) {
        return null;
      }
      Matrix inverse = Matrix.of(scratch.zeros(DType.F64, n, n));
      Matrices.addToDiagonal(inverse, 1);
      scope.device().lapack().solveLower(false, lower, inverse);
      double[] elements = inverse.data().toDoubles();
      double[] upper = new double[n * n];
      for (int i = 0; i < upper.length; i++) {
        if (!Double.isFinite(elements[i])) {
          return null;
        }
        upper[upper.length - 1 - i] = elements[i];
      }
      return Matrix.of(scope.doubles(upper, n, n));
    }
  }

  /** Sweeps over all columns. */
  public void run(Rule rule) {
    int n = w.cols();
    try (Scope scratch = w.device().openScope()) {
      Matrix left = columns(scratch);
      for (int from = 0; from < n; ) {
        int to = rule.end(from);
        run(rule, left, from, to);
        from = to;
      }
    }
  }

  /** W's columns in their order, F64 [n, m]. */
  private Matrix columns(Scope scratch) {
    int n = w.cols();
    Matrix columns = Matrices.transpose(Matrices.toDouble(w, scratch), scratch);
    if (!reordered) {
      return columns;
    }
    Matrix ordered = Matrices.allocate(scratch, n, w.rows());
    for (int i = 0; i < n; i++) {
      w.device().blas().copy(columns.rows(order[i], order[i] + 1), ordered.rows(i, i + 1));
    }
    return ordered;
  }

  /** Stores a block of columns, and tells those after it. */
  private void run(Rule rule, Matrix left, int from, int to) {
    int rows = w.rows();
    double[][] own = rows(left, from, to);
    double[] lost = new double[(to - from) * rows];
    double[][] tells = new double[to - from][to - from];
    for (int i = from; i < to; i++) {
      long at = factor.offset() + (long) i * factor.stride() + from;
      factor.data().read(at, tells[i - from], 0, to - from);
    }
    Columns columns = new Block(left, from, own, tells);
    for (int i = from; i < to; i++) {
      rule.before(i, columns);
      double[] column = own[i - from];
      double[] told = tells[i - from];
      int at = (i - from) * rows;
      for (int r = 0; r < rows; r++) {
        double error = column[r] - rule.store(r, i, column[r]);
        lost[at + r] = error / told[i - from];
      }
      for (int k = i + 1; k < to; k++) {
        double[] later = own[k - from];
        for (int r = 0; r < rows; r++) {
          later[r] -= told[k - from] * lost[at + r];
        }
      }
    }
    if (to < w.cols()) {
      try (Scope scratch = w.device().openScope()) {
        Matrix errors = Matrix.of(scratch.doubles(lost, to - from, rows));
        Matrix told = factor.rows(from, to).columns(to, w.cols());
        w.device().blas().gemm(true, false, -1, told, errors, 1, left.rows(to, w.cols()));
      }
    }
  }

  /** The columns of a block, and those after it. */
  private record Block(Matrix left, int from, double[][] own, double[][] tells) implements Columns {
    @Override
    public double[] get(int place) {
      return place < from + own.length ? own[place - from] : rows(left, place, place + 1)[0];
    }

    @Override
    public double slope(int place) {
      return tells[place - from][place - from];
    }
  }

  private static double[][] rows(Matrix matrix, int from, int to) {
    double[][] rows = new double[to - from][matrix.cols()];
    for (int i = from; i < to; i++) {
      matrix
          .data()
          .read(matrix.offset() + (long) i * matrix.stride(), rows[i - from], 0, matrix.cols());
    }
    return rows;
  }
}
