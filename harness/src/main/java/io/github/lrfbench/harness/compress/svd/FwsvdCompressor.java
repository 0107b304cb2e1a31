package io.github.lrfbench.harness.compress.svd;

import io.github.lrfbench.harness.calibrate.Fisher;
import io.github.lrfbench.harness.compress.Compression;
import io.github.lrfbench.harness.compress.CompressionRequest;
import io.github.lrfbench.harness.compress.Compressor;
import io.github.lrfbench.harness.compress.MethodInfo;
import io.github.lrfbench.harness.compress.MethodInfo.Need;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.InputException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The method {@code fwsvd}: W D is cut by truncated SVD and D⁻¹ multiplied back, D being the square
 * roots of the Fisher information of W's inputs, f = Σ over outputs of F (Hsu et al. 2022,
 * "Language model compression with weighted low-rank factorization"). It minimizes Σ f ‖column of W
 * - Ŵ‖².
 */
public final class FwsvdCompressor implements Compressor {
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
        Set.of(Need.WEIGHTS, Need.FISHER));
  }

  @Override
  public Compression compress(CompressionRequest request) {
    Fisher fisher = request.statistics().fisher();
    Map<String, double[]> scales = new HashMap<>();
    for (LinearSlot slot : request.slots()) {
      scales.put(slot.name(), scales(slot.name(), fisher.ofInputs(slot.name())));
    }
    Map<String, String> parameters = new HashMap<>();
    parameters.put("split", "sqrt");
    parameters.put("floor", Double.toString(FLOOR));
    parameters.put("examples", Integer.toString(request.statistics().examples()));
    return new InputScaledSvd(request, scales).compress(parameters);
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
