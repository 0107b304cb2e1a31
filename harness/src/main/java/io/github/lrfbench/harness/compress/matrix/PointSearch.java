package io.github.lrfbench.harness.compress.matrix;

import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.compress.allocate.LossAllowance;
import io.github.lrfbench.harness.compress.allocate.TruncationRankSearch;
import io.github.lrfbench.harness.compress.spi.FactorRequest.Target;
import io.github.lrfbench.harness.model.LinearSlot;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * A {@link LossAllowance} for the matrices of a request: of each the points to try, and its share.
 */
final class PointSearch {
  private final LossAllowance allowance;
  private final Map<String, int[]> points = new HashMap<>();
  private final Map<String, Double> shares = new HashMap<>();

  /**
   * A search.
   *
   * @param deepest of every matrix the cheapest point that the budget allows
   * @param offers the points of each
   * @param loss of the dense model
   * @param tolerance by which it may grow in all
   * @param times what each matrix takes
   */
  PointSearch(
      List<Target> deepest,
      List<OperatingPoints> offers,
      double loss,
      double tolerance,
      double[] times) {
    allowance = new LossAllowance(loss);
    double[] factors = LossAllowance.shares(tolerance, times);
    for (int i = 0; i < factors.length; i++) {
      LinearSlot slot = deepest.get(i).slot();
      points.put(slot.name(), points(offers.get(i), deepest.get(i).point()));
      shares.put(slot.name(), factors[i]);
    }
  }

  /** The deepest point, and those above it that keep a tenth of the memory or some. */
  static int[] points(OperatingPoints matrix, int deepest) {
    IntStream above =
        TruncationRankSearch.RATIOS.stream()
            .mapToInt(ratio -> TruncationRankSearch.point(matrix, ratio))
            .filter(point -> point > deepest)
            .filter(point -> !matrix.savesNothing(point));
    return IntStream.concat(IntStream.of(deepest), above).sorted().distinct().toArray();
  }

  /** A matrix at the dearest point that will be tried. */
  Target dearest(Target deepest) {
    int[] all = points.get(deepest.slot().name());
    return new Target(deepest.slot(), all[all.length - 1], deepest.errors());
  }

  /**
   * The point of the next matrix; empty to leave it as it is.
   *
   * @param loss of the model so far with the matrix at a point
   */
  OptionalInt next(LinearSlot slot, IntToDoubleFunction loss) {
    return allowance.next(shares.get(slot.name()), points.get(slot.name()), loss);
  }
}
