package io.github.lrfbench.harness.compress.lowrank;

import io.github.lrfbench.harness.compress.spi.ErrorMetric;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;

/** What cutting nested factors to each rank loses, whatever their method minimizes. */
public final class RankErrors {
  private RankErrors() {}

  /**
   * ‖W − Ŵᵣ‖² in a metric K for all ranks at once. With Ŵᵣ = U V of r columns and rows it is ‖W‖² −
   * 2 Σᵢ (Uᵀ W K Vᵀ)ᵢᵢ + Σᵢⱼ (Uᵀ U)ᵢⱼ (V K Vᵀ)ᵢⱼ, i and j up to r.
   *
   * @param w W, F64 [m, n]
   * @param factors whose first r columns and rows are those of rank r
   * @return for the ranks from 1 to that of the factors
   */
  public static double[] squared(Matrix w, LowRankFactors factors, ErrorMetric metric) {
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

  /**
   * What the loss changes by to first order where single columns and rows of the factors are taken
   * away, −⟨G, u vᵀ⟩.
   *
   * @param gradient Gᵀ, F64 [n, m]
   * @param ranks how many to tell; 0 for those beyond the factors
   */
  static double[] firstOrder(Matrix gradient, LowRankFactors factors, int ranks) {
    try (Scope scratch = gradient.device().openScope()) {
      Matrix down = Matrices.toDouble(factors.down(), scratch);
      Matrix up = Matrices.toDouble(factors.up(), scratch);
      double[] image = Matrices.product(false, gradient, true, up, scratch).data().toDoubles();
      double[] read = down.data().toDoubles();
      double[] changes = new double[ranks];
      for (int i = 0; i < read.length; i++) {
        changes[i % factors.rank()] -= read[i] * image[i];
      }
      return changes;
    }
  }
}
