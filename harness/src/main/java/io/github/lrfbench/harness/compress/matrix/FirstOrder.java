package io.github.lrfbench.harness.compress.matrix;

import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.Factorization;
import io.github.lrfbench.kernels.InputException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the loss changes by to first order where parts of matrices are taken away. */
record FirstOrder(CompressionRequest request) {
  /**
   * The changes by slot.
   *
   * @param known of all the request's matrices
   * @throws InputException if the gradients are no numbers, or all zero
   */
  Map<String, double[]> of(List<Factorization> known) {
    Map<String, double[]> changes = new HashMap<>();
    boolean depends = false;
    for (int i = 0; i < known.size(); i++) {
      String slot = request.slots().get(i).name();
      double[] own = known.get(i).firstOrder(request.statistics().meanGradients().of(slot));
      if (!Double.isFinite(Arrays.stream(own).sum())) {
        throw new InputException("the mean gradient of " + slot + " is no number");
      }
      depends |= Arrays.stream(own).anyMatch(change -> change != 0);
      changes.put(slot, own);
    }
    if (!depends) {
      throw new InputException(
          "the gradients of all matrices are zero: the model's loss on the calibration examples"
              + " does not depend on them");
    }
    return changes;
  }
}
