package io.github.lrfbench.harness.report;

import io.github.lrfbench.harness.statistics.Interval;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * A change between two cells, and how well it is known.
 *
 * @param gain above 0 where the second is better
 * @param error its standard error; NaN if unknown
 * @param degrees of freedom of that
 * @param margin below which it does not matter
 */
record Change(double gain, double error, double degrees, double margin) {
  private static final double ALPHA = 1 - Interval.LEVEL;

  /** So many that Student's distribution is the normal one. */
  static final double MANY = 1e9;

  /** A change whose error is known by itself. */
  static Change of(double gain, double error, double margin) {
    return new Change(gain, error, MANY, margin);
  }

  /** A change of which nothing is known. */
  static Change unknown(double margin) {
    return of(Double.NaN, Double.NaN, margin);
  }

  /**
   * The verdicts on changes that are looked at together. One is SAME if its 95 % interval lies
   * within the margin. BETTER and WORSE are told by Holm's procedure (Scandinavian Journal of
   * Statistics 6, 1979): if nothing differs in truth, there is one among them all with a chance of
   * 5 % at the most.
   */
  static List<Verdict> verdicts(List<Change> changes) {
    List<Verdict> verdicts = new ArrayList<>();
    for (Change change : changes) {
      verdicts.add(change.isSame() ? Verdict.SAME : Verdict.UNDECIDED);
    }
    List<Integer> order =
        IntStream.range(0, changes.size())
            .boxed()
            .filter(i -> !Double.isNaN(changes.get(i).chance()))
            .sorted(Comparator.comparingDouble(i -> changes.get(i).chance()))
            .toList();
    for (int i = 0; i < order.size(); i++) {
      Change change = changes.get(order.get(i));
      if (change.chance() > ALPHA / (order.size() - i)) {
        break;
      }
      if (verdicts.get(order.get(i)) == Verdict.UNDECIDED) {
        verdicts.set(order.get(i), change.gain > 0 ? Verdict.BETTER : Verdict.WORSE);
      }
    }
    return verdicts;
  }

  /** The chance of a change as large or larger where there is none in truth. */
  private double chance() {
    if (gain == 0 && error == 0) {
      return 1;
    }
    double distance = Math.abs(gain) / error;
    return Double.isNaN(distance)
        ? Double.NaN
        : 2 * TDistribution.of(degrees).cumulativeProbability(-distance);
  }

  /** How far the 95 % interval reaches to either side. */
  double reach() {
    return -TDistribution.of(degrees).inverseCumulativeProbability(ALPHA / 2) * error;
  }

  private boolean isSame() {
    return Math.abs(gain) + reach() <= margin;
  }
}
