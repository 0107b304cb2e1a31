package io.github.lrfbench.harness.compress.lowrank;

import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;

/** What cutting a matrix to each rank does to its outputs, whatever its method minimizes. */
final class OutputErrors {
  private OutputErrors() {}

  /**
   * The mean of ‖(W − Ŵᵣ) x‖² over tokens for all ranks at once, as singular values: the sum of the
   * squares after the first r is that of rank r, or the smallest of a lower rank where an error
   * grows with the rank. With Ŵᵣ = A B of r columns and rows it is ‖W X‖² − 2 Σᵢ (Aᵀ W C Bᵀ)ᵢᵢ +
   * Σᵢⱼ (Aᵀ A)ᵢⱼ (B C Bᵀ)ᵢⱼ, i and j up to r.
   *
   * @param w W, F64 [m, n]
   * @param outputNorm ‖W X‖
   * @param factors whose first r columns and rows are those of rank r
   * @param moments of the inputs x
   * @return min(m, n) numbers; the one after the factors' rank holds all that they leave over
   */
  static double[] spectrum(Matrix w, double outputNorm, LowRankFactors factors, Moments moments) {
    int full = Math.min(w.rows(), w.cols());
    double[] errors = squaredErrors(w, outputNorm, factors, moments);
    double[] values = new double[full];
    double smallest = errors[0];
    // The full rank is the matrix itself, which has no error.
    int last = Math.min(factors.rank(), full - 1);
    for (int rank = 1; rank <= last; rank++) {
      values[rank - 1] = root(smallest - errors[rank], moments);
      smallest = Math.min(smallest, errors[rank]);
    }
    values[last] = root(smallest, moments);
    return values;
  }

  private static double root(double squares, Moments moments) {
    return Math.sqrt(Math.max(0, squares) / moments.tokens());
  }

  /** ‖(W − Ŵᵣ) X‖² for r from 0 to the factors' rank. */
  private static double[] squaredErrors(
      Matrix w, double outputNorm, LowRankFactors factors, Moments moments) {
    int rank = factors.rank();
    try (Scope scratch = w.device().openScope()) {
      Matrix up = Matrices.toDouble(factors.up(), scratch);
      Matrix down = Matrices.toDouble(factors.down(), scratch);
      Matrix inputs = Matrices.product(false, moments.gram(), false, down, scratch);
      double[] cross =
          Matrices.product(
                  false, up, false, Matrices.product(false, w, false, inputs, scratch), scratch)
              .data()
              .toDoubles();
      double[] ups = Matrices.product(false, up, true, up, scratch).data().toDoubles();
      double[] downs = Matrices.product(true, down, false, inputs, scratch).data().toDoubles();
      double[] errors = new double[rank + 1];
      errors[0] = outputNorm * outputNorm;
      for (int i = 0; i < rank; i++) {
        double change = ups[i * rank + i] * downs[i * rank + i] - 2 * cross[i * rank + i];
        for (int j = 0; j < i; j++) {
          change += 2 * ups[i * rank + j] * downs[i * rank + j];
        }
        errors[i + 1] = errors[i] + change;
      }
      return errors;
    }
  }
}
