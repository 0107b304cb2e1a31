package io.github.lrfbench.harness.compress.lowrank.elementwise;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Blas;
import java.util.Arrays;

/**
 * For a fixed V, the best U of a weighted problem: row i solves the normal equations (V Hᵢ Vᵀ + λ
 * I) uᵢ = V Hᵢ wᵢ, Hᵢ being row i of H as a diagonal.
 *
 * <p>The matrices of all rows come from few large products: element (a, b) of V Hᵢ Vᵀ is row i of H
 * times the product of rows a and b of V. The equations are then solved row by row, spread over the
 * device.
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
  }

  /**
   * Solves for all rows. A row without any weight keeps what is in U.
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
      // The triangles above the diagonals are never written.
      Matrix grams = Matrix.of(scratch.zeros(DType.F64, step, (long) rank * rank));
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
        double[] traces = traces(grams.rows(0, to - from), rank);
        int first = from;
        device.forEach(
            to - from,
            i ->
                solveRow(
                    square(grams, i, rank),
                    traces[i],
                    right.rows(i, i + 1),
                    damping,
                    u.rows(first + i, first + i + 1)));
      }
    }
  }

  private static Matrix square(Matrix grams, int row, int rank) {
    return new Matrix(grams.data(), (long) row * rank * rank, rank, rank, rank);
  }

  private static void solveRow(Matrix gram, double trace, Matrix right, Damping damping, Matrix u) {
    int rank = gram.rows();
    double mean = trace / rank;
    if (!(mean > 0)) {
      return;
    }
    Device device = gram.device();
    Blas blas = device.blas();
    try (Scope scratch = device.openScope()) {
      Matrix factor = Matrix.of(scratch.allocate(DType.F64, rank, rank));
      Tensor ones = ones(scratch, rank);
      double added = damping.absolute() + damping.relative() * mean;
      double rescue = RESCUE * mean;
      while (true) {
        blas.copy(gram, factor);
        device.gradients().addScaled(added, Matrix.of(ones), diagonal(factor));
        if (device.lapack().cholesky(factor)) {
          break;
        }
        added += rescue;
        rescue *= RESCUE_GROWTH;
      }
      Matrix solution = Matrix.of(scratch.allocate(DType.F64, rank, 1));
      blas.transpose(right, solution);
      device.lapack().solveLower(false, factor, solution);
      device.lapack().solveLower(true, factor, solution);
      blas.transpose(solution, u);
    }
  }

  private static Tensor ones(Scope scope, int count) {
    double[] ones = new double[count];
    Arrays.fill(ones, 1);
    return scope.doubles(ones, count, 1);
  }

  private static Matrix diagonal(Matrix square) {
    int rank = square.rows();
    return new Matrix(square.data(), square.offset(), rank, 1, rank + 1);
  }

  /** The trace of each row's matrix, read from the device at once. */
  private static double[] traces(Matrix grams, int rank) {
    try (Scope scratch = grams.device().openScope()) {
      Matrix diagonals = Matrix.of(scratch.allocate(DType.F64, grams.rows(), rank));
      for (int i = 0; i < rank; i++) {
        int at = i * (rank + 1);
        grams.device().blas().copy(grams.columns(at, at + 1), diagonals.columns(i, i + 1));
      }
      double[] elements = diagonals.data().toDoubles();
      double[] traces = new double[grams.rows()];
      for (int i = 0; i < elements.length; i++) {
        traces[i / rank] += elements[i];
      }
      return traces;
    }
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
