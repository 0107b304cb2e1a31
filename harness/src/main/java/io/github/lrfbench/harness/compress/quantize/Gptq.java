package io.github.lrfbench.harness.compress.quantize;

import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * GPTQ (Frantar et al. 2022) of one matrix W [m, n] whose inputs have the second moments H: with
 * H⁻¹ = Uᵀ U, U upper triangular, column i is rounded, and each later column k changes by −(wᵢ −
 * ŵᵢ) U[i, k] / U[i, i], which is what keeps tr(D H Dᵀ) the smallest, D being what is lost.
 *
 * <p>In the order of {@code act}, inputs with large moments come first; scales are then those of W
 * itself, since groups stay those of the stored order; so is the one of a whole matrix. In natural
 * order the scales of a group are of its weights as the groups before left them. An input that is
 * always 0 is rounded to nearest, where the authors' code sets its weights to 0.
 *
 * @param slot name of the matrix
 * @param w W, F32 or F64 [m, n]
 * @param order the inputs, the first to be rounded first
 * @param act whether that is another than the stored one
 * @param factor U of the inputs in their order, F64 [n, n]
 * @param damping what was added to the diagonal of H, relative to its mean
 */
record Gptq(String slot, Matrix w, int[] order, boolean act, Matrix factor, double damping) {
  /** Columns that are looked at one by one before the others are told of what they lost. */
  private static final int BLOCK = 128;

  /** What follows none. */
  private static final double LEAST_DAMPING = 1e-4;

  private static final double MOST_DAMPING = 1;

  /**
   * Prepares a matrix.
   *
   * @param gram H, up to a factor, F64 [n, n]
   * @param least the damping that is tried first; where H is not positive definite with it, ten
   *     times as much
   * @param scope owns the factor
   * @throws InputException if H is not positive definite with a damping of 1 either
   */
  static Gptq of(String slot, Matrix w, Matrix gram, boolean act, double least, Scope scope) {
    double[] diagonal = Matrices.diagonal(gram);
    int[] order =
        IntStream.range(0, diagonal.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> act ? -diagonal[i] : 0))
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
    return new Gptq(slot, w, order, act, factor, damping);
  }

  /**
   * U, from the Cholesky factor L of H backwards: with J turning the order around, J H J = L Lᵀ and
   * U = J L⁻¹ J. Null where there is none.
   */
  private static Matrix factor(Matrix gram, int[] order, double mean, double damping, Scope scope) {
    int n = order.length;
    double[][] rows = new double[n][n];
    for (int i = 0; i < n; i++) {
      gram.data().read(gram.offset() + (long) i * gram.stride(), rows[i], 0, n);
    }
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

  /** The same for another matrix of these inputs. */
  Gptq with(Matrix other) {
    return new Gptq(slot, other, order, act, factor, damping);
  }

  /** The codes on a grid. */
  Codes round(CodeGrid grid) {
    int n = w.cols();
    Codes codes = new Codes(grid, w.rows(), n);
    if (scalesComeFirst(grid)) {
      codes.fitAll(w, slot);
    }
    try (Scope scratch = w.device().openScope()) {
      Matrix left = columns(scratch);
      for (int from = 0; from < n; ) {
        int to = end(from, grid.width(n));
        round(codes, grid, left, from, to);
        from = to;
      }
    }
    return codes;
  }

  /** Whether scales are those of W itself. */
  private boolean scalesComeFirst(CodeGrid grid) {
    return act || grid.isOfMatrix();
  }

  /** Where a block ends: no group of natural order begins within one and ends in the next. */
  private int end(int from, int width) {
    int end = Math.min(w.cols(), from + BLOCK);
    int ofGroups = end / width * width;
    return act || end == w.cols() || ofGroups <= from ? end : ofGroups;
  }

  /** W's columns in their order, F64 [n, m]. */
  private Matrix columns(Scope scratch) {
    int n = w.cols();
    Matrix columns = Matrices.transpose(Matrices.toDouble(w, scratch), scratch);
    if (!act) {
      return columns;
    }
    Matrix ordered = Matrices.allocate(scratch, n, w.rows());
    for (int i = 0; i < n; i++) {
      w.device().blas().copy(columns.rows(order[i], order[i] + 1), ordered.rows(i, i + 1));
    }
    return ordered;
  }

  /** Rounds a block of columns, and tells those after it. */
  private void round(Codes codes, CodeGrid grid, Matrix left, int from, int to) {
    int rows = w.rows();
    double[][] own = rows(left, from, to);
    double[] lost = new double[(to - from) * rows];
    double[] tells = new double[to - from];
    int width = grid.width(w.cols());
    for (int i = from; i < to; i++) {
      if (!scalesComeFirst(grid) && i % width == 0) {
        fit(codes, left, own, from, i, width);
      }
      factor.data().read(factor.offset() + (long) i * factor.stride() + from, tells, 0, to - from);
      double[] column = own[i - from];
      int at = (i - from) * rows;
      for (int r = 0; r < rows; r++) {
        double error = column[r] - codes.round(r, order[i], column[r]);
        lost[at + r] = error / tells[i - from];
      }
      for (int k = i + 1; k < to; k++) {
        double[] later = own[k - from];
        double told = tells[k - from];
        for (int r = 0; r < rows; r++) {
          later[r] -= told * lost[at + r];
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

  /** Scales of the group that begins with a column, by the weights that are left there now. */
  private void fit(Codes codes, Matrix left, double[][] own, int from, int start, int width) {
    int end = Math.min(w.cols(), start + width);
    double[][] group = rows(left, start, end);
    for (int i = start; i < Math.min(end, from + own.length); i++) {
      group[i - start] = own[i - from];
    }
    double[] weights = new double[w.cols()];
    for (int r = 0; r < w.rows(); r++) {
      for (int i = start; i < end; i++) {
        weights[i] = group[i - start][r];
      }
      codes.fit(r, start / width, weights, slot);
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
