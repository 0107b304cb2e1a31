package io.github.lrfbench.harness.compress.lowrank.elementwise;

import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.Arrays;

/**
 * The weights of rank one that have nearly the row and column sums of H: Hᵢⱼ ≈ aᵢ bⱼ. With them the
 * problem has a closed form, and the normal equations of all rows are one matrix.
 *
 * @param rows a, all above 0
 * @param cols b, all above 0
 */
record RankOneWeights(double[] rows, double[] cols) {
  /** Sums below this part of the mean are raised to it. */
  private static final double FLOOR = 1e-8;

  /** Part of the mean diagonal that is added to normal equations, and by how it grows. */
  private static final double RIDGE = 1e-6;

  private static final double RIDGE_GROWTH = 100;

  /** Of a problem whose H is not zero. */
  static RankOneWeights of(WeightedProblem problem) {
    double[] rows = new double[problem.rows()];
    double[] cols = new double[problem.cols()];
    double[] h = problem.h().data().toDoubles();
    for (int i = 0; i < h.length; i++) {
      rows[i / cols.length] += h[i];
      cols[i % cols.length] += h[i];
    }
    return new RankOneWeights(scaled(rows), scaled(cols));
  }

  private static double[] scaled(double[] sums) {
    double total = Arrays.stream(sums).sum();
    double least = FLOOR * total / sums.length;
    return Arrays.stream(sums).map(sum -> Math.max(sum, least) / Math.sqrt(total)).toArray();
  }

  /**
   * Multiplies a gradient by the inverse of what the Hessian's diagonal blocks are for these
   * weights: dU by diag(a)⁻¹ from the left and by (V diag(b) Vᵀ)⁻¹ from the right, dVᵀ alike.
   *
   * @param at the factors
   * @param gradient modified
   */
  void precondition(Factors at, Factors gradient) {
    precondition(at.v(), cols, rows, gradient.u());
    precondition(at.u(), rows, cols, gradient.v());
  }

  private static void precondition(
      Matrix fixed, double[] fixedWeights, double[] weights, Matrix gradient) {
    Device device = fixed.device();
    int rank = fixed.cols();
    try (Scope scratch = device.openScope()) {
      Matrix scaled = Matrices.copy(fixed, fixed.dtype(), scratch);
      device.blas().scaleRows(scaled, Arrays.stream(fixedWeights).map(Math::sqrt).toArray());
      Matrix gram = Matrices.allocate(scratch, rank, rank);
      device.blas().syrk(true, scaled, gram);
      double mean = Arrays.stream(Matrices.diagonal(gram)).sum() / rank;
      if (!(mean > 0)) {
        return;
      }
      Matrix lower = Matrices.allocate(scratch, rank, rank);
      double ridge = RIDGE * mean;
      do {
        device.blas().copy(gram, lower);
        Matrices.addToDiagonal(lower, ridge);
        ridge *= RIDGE_GROWTH;
      } while (!device.lapack().cholesky(lower));
      Matrix transposed = Matrices.transpose(gradient, scratch);
      device.lapack().solveLower(false, lower, transposed);
      device.lapack().solveLower(true, lower, transposed);
      device.blas().transpose(transposed, gradient);
      device.blas().scaleRows(gradient, Arrays.stream(weights).map(x -> 1 / x).toArray());
    }
  }
}
