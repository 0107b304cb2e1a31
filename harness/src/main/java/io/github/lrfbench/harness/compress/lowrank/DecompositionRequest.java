package io.github.lrfbench.harness.compress.lowrank;

import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Scope;
import java.util.ArrayList;
import java.util.List;

/**
 * Matrices to decompose.
 *
 * @param targets the matrices
 * @param options values of the method's options
 * @param statistics of the matrices' inputs and gradients
 * @param scope owns the decompositions
 */
public record DecompositionRequest(
    List<Target> targets, MethodOptions options, SlotStatistics statistics, Scope scope) {
  /** So many numbers are worked on at once. */
  private static final long CHUNK = 1L << 25;

  /**
   * A matrix.
   *
   * @param slot that holds it
   * @param rank the largest that will be asked for, less than min(m, n)
   * @param wholeSpectrum whether all singular values are wanted
   */
  public record Target(LinearSlot slot, int rank, boolean wholeSpectrum) {
    /** min(m, n). */
    public int size() {
      return Math.min(slot.linear().outputs(), slot.linear().inputs());
    }
  }

  /** The targets in parts of bounded size, so that intermediate results are. */
  List<List<Target>> chunks() {
    List<List<Target>> chunks = new ArrayList<>();
    long numbers = 0;
    for (Target target : targets) {
      Linear linear = target.slot().linear();
      long more = (long) linear.inputs() * (linear.outputs() + linear.inputs());
      if (chunks.isEmpty() || numbers + more > CHUNK) {
        chunks.add(new ArrayList<>());
        numbers = 0;
      }
      chunks.get(chunks.size() - 1).add(target);
      numbers += more;
    }
    return chunks;
  }

  /** Where the matrices are. */
  public Device device() {
    return scope.device();
  }
}
