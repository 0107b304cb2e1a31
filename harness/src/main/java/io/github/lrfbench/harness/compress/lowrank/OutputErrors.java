package io.github.lrfbench.harness.compress.lowrank;

import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;

/** What cutting a matrix to each rank does to its outputs, whatever its method minimizes. */
final class OutputErrors {
  private OutputErrors() {}

  /**
   * ‖(W − Ŵᵣ) X‖² for all ranks at once. With Ŵᵣ = U V of r columns and rows it is ‖W X‖² − 2 Σᵢ
   * (Uᵀ W C Vᵀ)ᵢᵢ + Σᵢⱼ (Uᵀ U)ᵢⱼ (V C Vᵀ)ᵢⱼ, i and j up to r.
   *
   * @param w W, F64 [m, n]
   * @param outputNorm ‖W X‖
   * @param factors whose first r columns and rows are those of rank r
   * @param moments of the inputs x
   * @return for the ranks from 1 to that of the factors
   */
  static double[] squared(Matrix w, double outputNorm, LowRankFactors factors, Moments moments) {
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
      double[] errors = new double[rank];
      double error = outputNorm * outputNorm;
      for (int i = 0; i < rank; i++) {
        double change = ups[i * rank + i] * downs[i * rank + i] - 2 * cross[i * rank + i];
        for (int j = 0; j < i; j++) {
          change += 2 * ups[i * rank + j] * downs[i * rank + j];
        }
        error += change;
        errors[i] = error;
      }
      return errors;
    }
  }
}
