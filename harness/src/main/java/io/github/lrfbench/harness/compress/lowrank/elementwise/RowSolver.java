package io.github.lrfbench.harness.compress.lowrank.elementwise;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.ops.Blas;
import io.github.lrfbench.kernels.ops.MatrixBatch;
import java.util.Arrays;

/**
 * For a fixed V, the best U of a weighted problem: row i solves the normal equations (V Hᵢ Vᵀ + λ
 * I) uᵢ = V Hᵢ wᵢ, Hᵢ being row i of H as a diagonal.
 *
 * <p>The matrices of all rows come from few large products: element (a, b) of V Hᵢ Vᵀ is row i of H
 * times the product of rows a and b of V. The equations of many rows are then solved at once by
 * their Cholesky factors, for which the host waits once; what is left over are rows whose matrix is
 * not positive definite.
 */
final class RowSolver {
  /** Most numbers in the matrices that are formed at a time. */
  private static final long CHUNK = 8L << 20;

  /**
   * Where a matrix is singular, how much of its mean diagonal is added first, and by how it grows.
   */
  private static final double RESCUE = 1e-12;

  private static final double RESCUE_GROWTH = 100;

  private RowSolver() {}

  /**
   * What is added to the diagonals: λ = absolute + relative · trace / r.
   *
   * @param relative to the mean of the diagonal
   * @param absolute added as it is
   */
  record Damping(double relative, double absolute) {
    static final Damping NONE = new Damping(0, 0);

    double of(double mean) {
      return absolute + relative * mean;
    }
  }

  /**
   * Solves for all rows. A row without any weight keeps what is in U, and so does one whose
   * equations hold NaN or infinity.
   *
   * @param v Vᵀ, [n, r]
   * @param u U, [m, r], modified
   */
  static void solve(WeightedProblem problem, Matrix v, Damping damping, Matrix u) {
    Device device = problem.device();
    int rank = v.cols();
    int rows = problem.rows();
    int step = (int) Math.max(1, Math.min(rows, CHUNK / Math.max(1, (long) rank * rank)));
    double[][] columns = columns(v);
    try (Scope scratch = device.openScope()) {
      Matrix pairs = Matrix.of(scratch.allocate(DType.F64, v.rows(), rank));
      // The triangles above the diagonals are never written. With as much room between two matrices
      // as a row of theirs takes, the elements of all diagonals are at one distance.
      Matrix grams = Matrix.of(scratch.zeros(DType.F64, step, rank * (rank + 1L)));
      Matrix right = Matrix.of(scratch.allocate(DType.F64, step, rank));
      for (int from = 0; from < rows; from += step) {
        int to = Math.min(rows, from + step);
        Matrix h = problem.h().rows(from, to);
        for (int a = 0; a < rank; a++) {
          Matrix products = pairs.columns(0, a + 1);
          device.blas().copy(v.columns(0, a + 1), products);
          device.blas().scaleRows(products, columns[a]);
          Matrix target = grams.rows(0, to - from).columns(a * rank, a * rank + a + 1);
          device.blas().gemm(false, false, 1, h, products, 0, target);
        }
        Matrix hw = problem.hw().rows(from, to);
        device.blas().gemm(false, false, 1, hw, v, 0, right.rows(0, to - from));
        double[] singular =
            solveAll(grams.rows(0, to - from), right.rows(0, to - from), damping, u.rows(from, to));
        int first = from;
        device.forEach(
            to - from,
            i -> {
              if (singular[i] > 0) {
                rescue(problem, first + i, v, damping.of(singular[i]), RESCUE * singular[i], u);
              }
            });
      }
    }
  }

  /**
   * Solves the equations of some rows whose matrices are positive definite.
   *
   * @param grams the lower triangles of their matrices, [rows, r (r + 1)], destroyed
   * @param right [rows, r], destroyed
   * @param u [rows, r], modified
   * @return the mean diagonal of each row's matrix that is not, 0 of the other rows
   */
  private static double[] solveAll(Matrix grams, Matrix right, Damping damping, Matrix u) {
    Device device = grams.device();
    int rows = grams.rows();
    int rank = right.cols();
    try (Scope scratch = device.openScope()) {
      Matrix diagonals = new Matrix(grams.data(), grams.offset(), rows * rank, 1, rank + 1);
      Matrix means = means(diagonals, rows, scratch);
      damp(diagonals, means, damping, scratch);
      Matrix square = new Matrix(grams.data(), grams.offset(), rank, rank, rank);
      MatrixBatch squares = new MatrixBatch(square, rows, grams.cols());
      Matrix column = new Matrix(right.data(), right.offset(), rank, 1, 1);
      MatrixBatch columns = new MatrixBatch(column, rows, rank);
      boolean[] positive = device.batched().solvePositive(squares, columns);
      double[] mean = means.data().toDoubles();
      boolean[] solved = new boolean[rows];
      double[] singular = new double[rows];
      for (int i = 0; i < rows; i++) {
        boolean weighs = mean[i] > 0 && mean[i] < Double.POSITIVE_INFINITY;
        solved[i] = weighs && positive[i];
        singular[i] = weighs && !positive[i] ? mean[i] : 0;
      }
      copyRows(right, solved, u);
      return singular;
    }
  }

  /**
   * The mean diagonal of each row's matrix, [rows, 1].
   *
   * @param diagonals [rows r, 1]
   */
  private static Matrix means(Matrix diagonals, int rows, Scope scratch) {
    Device device = diagonals.device();
    int rank = diagonals.rows() / rows;
    Matrix elements = Matrix.of(scratch.allocate(DType.F64, rows, rank));
    device.blas().copy(diagonals, elements.reshape(rows * rank, 1));
    Matrix means = Matrix.of(scratch.allocate(DType.F64, rows, 1));
    device.blas().gemm(false, false, 1.0 / rank, elements, ones(scratch, rank), 0, means);
    return means;
  }

  private static void damp(Matrix diagonals, Matrix means, Damping damping, Scope scratch) {
    if (damping.equals(Damping.NONE)) {
      return;
    }
    Device device = diagonals.device();
    int rank = diagonals.rows() / means.rows();
    Matrix added = Matrix.of(scratch.allocate(DType.F64, means.rows(), rank));
    Matrix ones = ones(scratch, rank);
    device.blas().gemm(false, true, damping.relative(), means, ones, 0, added);
    Matrix each = added.reshape(diagonals.rows(), 1);
    device.gradients().addScaled(1, each, diagonals);
    device.gradients().addScaled(damping.absolute(), ones(scratch, each.rows()), diagonals);
  }

  /** Copies the rows that are chosen. */
  private static void copyRows(Matrix x, boolean[] chosen, Matrix y) {
    int from = 0;
    while (from < chosen.length) {
      int to = from + 1;
      while (to < chosen.length && chosen[to] == chosen[from]) {
        to++;
      }
      if (chosen[from]) {
        x.device().blas().copy(x.rows(from, to), y.rows(from, to));
      }
      from = to;
    }
  }

  /**
   * Solves the equations of a row whose matrix is singular.
   *
   * @param damping what is added to its diagonal anyway
   * @param step how much more is added first
   * @param u U, [m, r], of which this row is modified
   */
  private static void rescue(
      WeightedProblem problem, int row, Matrix v, double damping, double step, Matrix u) {
    int rank = v.cols();
    Device device = v.device();
    Blas blas = device.blas();
    try (Scope scratch = device.openScope()) {
      Matrix gram = gram(problem.h().rows(row, row + 1), v, scratch);
      Matrix factor = Matrix.of(scratch.allocate(DType.F64, rank, rank));
      Matrix diagonal = new Matrix(factor.data(), 0, rank, 1, rank + 1);
      Matrix ones = ones(scratch, rank);
      double added = damping;
      double more = step;
      do {
        added += more;
        more *= RESCUE_GROWTH;
        blas.copy(gram, factor);
        device.gradients().addScaled(added, ones, diagonal);
      } while (!device.lapack().cholesky(factor));
      Matrix solution = Matrix.of(scratch.allocate(DType.F64, rank, 1));
      blas.gemm(true, true, 1, v, problem.hw().rows(row, row + 1), 0, solution);
      device.lapack().solveLower(false, factor, solution);
      device.lapack().solveLower(true, factor, solution);
      blas.transpose(solution, u.rows(row, row + 1));
    }
  }

  /** V diag(h) Vᵀ. */
  private static Matrix gram(Matrix h, Matrix v, Scope scratch) {
    double[] weights = new double[v.rows()];
    h.data().read(h.offset(), weights, 0, weights.length);
    Blas blas = v.device().blas();
    Matrix weighted = Matrix.of(scratch.allocate(DType.F64, v.rows(), v.cols()));
    blas.copy(v, weighted);
    blas.scaleRows(weighted, weights);
    Matrix gram = Matrix.of(scratch.allocate(DType.F64, v.cols(), v.cols()));
    blas.gemm(true, false, 1, v, weighted, 0, gram);
    return gram;
  }

  private static Matrix ones(Scope scope, int count) {
    double[] ones = new double[count];
    Arrays.fill(ones, 1);
    return Matrix.of(scope.doubles(ones, count, 1));
  }

  private static double[][] columns(Matrix v) {
    try (Scope scratch = v.device().openScope()) {
      Matrix transposed = Matrix.of(scratch.allocate(DType.F64, v.cols(), v.rows()));
      v.device().blas().transpose(v, transposed);
      double[] all = transposed.data().toDoubles();
      double[][] columns = new double[v.cols()][];
      for (int i = 0; i < columns.length; i++) {
        columns[i] = Arrays.copyOfRange(all, i * v.rows(), (i + 1) * v.rows());
      }
      return columns;
    }
  }
}
