package io.github.lrfbench.harness.compress.lowrank;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.allocate.LossAllowance;
import io.github.lrfbench.harness.compress.allocate.TruncationRankSearch;
import io.github.lrfbench.harness.compress.lowrank.DecompositionRequest.Target;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.LinearSlot;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A {@link LossAllowance} for the matrices of a request: of each the ranks to try, and its share.
 */
final class RankSearch {
  private final LossAllowance allowance;
  private final Map<String, int[]> ranks = new HashMap<>();
  private final Map<String, Double> shares = new HashMap<>();

  /**
   * A search.
   *
   * @param deepest of every matrix the smallest rank that the budget allows
   * @param loss of the dense model
   * @param tolerance by which it may grow in all
   * @param times what each matrix takes
   */
  RankSearch(List<Target> deepest, double loss, double tolerance, double[] times) {
    allowance = new LossAllowance(loss);
    double[] factors = LossAllowance.shares(tolerance, times);
    for (int i = 0; i < factors.length; i++) {
      LinearSlot slot = deepest.get(i).slot();
      ranks.put(slot.name(), ranks(slot.linear(), deepest.get(i).rank()));
      shares.put(slot.name(), factors[i]);
    }
  }

  /** The deepest rank, and those above it that keep a tenth of the parameters or some. */
  static int[] ranks(Linear linear, int deepest) {
    Stream<Integer> above =
        TruncationRankSearch.RATIOS.stream()
            .map(ratio -> new Budget.Keep(ratio).rank(linear.outputs(), linear.inputs(), null))
            .filter(rank -> rank > deepest)
            .filter(rank -> !Budget.atOrAboveBreakEven(linear.outputs(), linear.inputs(), rank));
    return IntStream.concat(IntStream.of(deepest), above.mapToInt(Integer::intValue))
        .sorted()
        .distinct()
        .toArray();
  }

  /** A matrix at the largest rank that will be tried. */
  Target largest(Target deepest) {
    int[] all = ranks.get(deepest.slot().name());
    return new Target(deepest.slot(), all[all.length - 1], deepest.wholeSpectrum());
  }

  /**
   * The rank of the next matrix; 0 to leave it as it is.
   *
   * @param loss of the model so far with the matrix cut to a rank
   */
  int next(LinearSlot slot, IntToDoubleFunction loss) {
    return allowance.next(shares.get(slot.name()), ranks.get(slot.name()), loss);
  }
}
