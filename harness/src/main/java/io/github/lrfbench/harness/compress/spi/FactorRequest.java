package io.github.lrfbench.harness.compress.spi;

import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Scope;
import java.util.List;

/**
 * Matrices to factorize.
 *
 * @param targets the matrices
 * @param options values of the method's options
 * @param statistics of the matrices' inputs and gradients
 * @param scope owns the factorizations
 */
public record FactorRequest(
    List<Target> targets, MethodOptions options, SlotStatistics statistics, Scope scope) {
  /**
   * A matrix.
   *
   * @param slot that holds it
   * @param point the dearest that will be asked for
   * @param errors whether the errors of all points are wanted
   */
  public record Target(LinearSlot slot, int point, boolean errors) {
    /** The same where the point is all that is wanted. */
    public Target withoutErrors() {
      return new Target(slot, point, false);
    }

    /** min(m, n). */
    public int size() {
      return Math.min(slot.linear().outputs(), slot.linear().inputs());
    }
  }

  /** Where the matrices are. */
  public Device device() {
    return scope.device();
  }
}
