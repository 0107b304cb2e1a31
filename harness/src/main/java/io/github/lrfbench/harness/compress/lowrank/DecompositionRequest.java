package io.github.lrfbench.harness.compress.lowrank;

import io.github.lrfbench.harness.compress.spi.FactorRequest;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.compress.spi.SlotStatistics;
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
  /**
   * A matrix.
   *
   * @param slot that holds it
   * @param rank the largest that will be asked for
   * @param wholeSpectrum whether all singular values are wanted
   */
  public record Target(LinearSlot slot, int rank, boolean wholeSpectrum) {
    /** min(m, n). */
    public int size() {
      return Math.min(rows(), cols());
    }

    /** m. */
    public int rows() {
      return slot.linear().outputs();
    }

    /** n. */
    public int cols() {
      return slot.linear().inputs();
    }

    private static Target of(FactorRequest.Target target) {
      return new Target(target.slot(), RankPoints.rank(target.point()), target.errors());
    }
  }

  static DecompositionRequest of(FactorRequest request) {
    return new DecompositionRequest(
        request.targets().stream().map(Target::of).toList(),
        request.options(),
        request.statistics(),
        request.scope());
  }

  /** The same request for some of its matrices. */
  public DecompositionRequest with(List<Target> some) {
    return new DecompositionRequest(some, options, statistics, scope);
  }

  /** The same request, the decompositions being another scope's. */
  public DecompositionRequest in(Scope other) {
    return new DecompositionRequest(targets, options, statistics, other);
  }

  /** So many numbers are worked on at once. */
  private static final long CHUNK = 1L << 25;

  /** The targets in parts of bounded size, so that intermediate results are. */
  List<List<Target>> chunks() {
    List<List<Target>> chunks = new ArrayList<>();
    long numbers = 0;
    for (Target target : targets) {
      long more = (long) target.cols() * (target.rows() + target.cols());
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
