package io.github.lrfbench.harness.compress.lowrank.spectral;

import io.github.lrfbench.harness.calibrate.Fisher;
import io.github.lrfbench.harness.compress.lowrank.DecompositionRequest;
import io.github.lrfbench.harness.compress.lowrank.DiagonalTransform;
import io.github.lrfbench.harness.compress.lowrank.LowRankFactorization;
import io.github.lrfbench.harness.compress.lowrank.LowRankMethod;
import io.github.lrfbench.harness.compress.lowrank.WeightedSvd;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.kernels.InputException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The method {@code fwsvd}: W D is cut by truncated SVD and D⁻¹ multiplied back, D being the square
 * roots of the Fisher information of W's inputs, f = Σ over outputs of F (Hsu et al. 2022,
 * "Language model compression with weighted low-rank factorization"). It minimizes Σ f ‖column of W
 * - Ŵ‖².
 */
public final class FwsvdCompressor extends LowRankMethod {
  /**
   * Importances below this part of the largest are raised to it: D⁻¹ would make noise of rounding.
   */
  private static final double FLOOR = 1e-8;

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "fwsvd",
        "SVD weighted by the Fisher information of every matrix's inputs",
        "Hsu et al. 2022",
        Set.of(Need.WEIGHTS, Need.FISHER),
        "svd where all inputs are of the same importance",
        options());
  }

  @Override
  protected List<LowRankFactorization> decompose(DecompositionRequest request) {
    return byInputs(request);
  }

  /** What other methods start from or fall back to. */
  public static List<LowRankFactorization> byInputs(DecompositionRequest request) {
    Fisher fisher = request.statistics().fisher();
    return WeightedSvd.decompose(
        request,
        (slot, scope) -> new DiagonalTransform(scales(slot.name(), fisher.ofInputs(slot.name()))));
  }

  @Override
  protected Map<String, String> constants() {
    return Map.of("split", "sqrt", "floor", Double.toString(FLOOR));
  }

  /**
   * The diagonal of D, its largest element being 1.
   *
   * @param importances f, [inputs]
   * @throws InputException if all are 0 or one is no number
   */
  static double[] scales(String slot, double[] importances) {
    double largest = 0;
    for (double importance : importances) {
      if (!Double.isFinite(importance)) {
        throw new InputException("the Fisher information of " + slot + " is no number");
      }
      largest = Math.max(largest, importance);
    }
    if (largest == 0) {
      throw new InputException(
          "the Fisher information of "
              + slot
              + " is zero: the model's loss on the calibration examples does not depend on it");
    }
    double[] scales = new double[importances.length];
    for (int i = 0; i < scales.length; i++) {
      scales[i] = Math.sqrt(Math.max(importances[i] / largest, FLOOR));
    }
    return scales;
  }
}
