package io.github.lrfbench.harness.compress.lowrank;

import io.github.lrfbench.harness.compress.spi.ErrorMetric;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;

/** What cutting a matrix to each rank loses, whatever its method minimizes. */
final class RankErrors {
  private RankErrors() {}

  /**
   * ‖W − Ŵᵣ‖² in a metric K for all ranks at once. With Ŵᵣ = U V of r columns and rows it is ‖W‖² −
   * 2 Σᵢ (Uᵀ W K Vᵀ)ᵢᵢ + Σᵢⱼ (Uᵀ U)ᵢⱼ (V K Vᵀ)ᵢⱼ, i and j up to r.
   *
   * @param w W, F64 [m, n]
   * @param factors whose first r columns and rows are those of rank r
   * @return for the ranks from 1 to that of the factors
   */
  static double[] squared(Matrix w, LowRankFactors factors, ErrorMetric metric) {
    int rank = factors.rank();
    try (Scope scratch = w.device().openScope()) {
      Matrix up = Matrices.toDouble(factors.up(), scratch);
      Matrix down = Matrices.toDouble(factors.down(), scratch);
      Matrix inputs = metric.image(down, scratch);
      double[] cross =
          Matrices.product(
                  false, up, false, Matrices.product(false, w, false, inputs, scratch), scratch)
              .data()
              .toDoubles();
      double[] ups = Matrices.product(false, up, true, up, scratch).data().toDoubles();
      double[] downs = Matrices.product(true, down, false, inputs, scratch).data().toDoubles();
      double[] errors = new double[rank];
      double error = metric.squared(w, scratch);
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
