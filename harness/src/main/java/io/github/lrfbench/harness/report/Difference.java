package io.github.lrfbench.harness.report;

import io.github.lrfbench.harness.measure.Interval;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * A difference between two cells, and how well it is known.
 *
 * @param gain above 0 where the second is better
 * @param error its standard error; NaN if unknown
 * @param degrees of freedom of that
 * @param margin below which it does not matter
 */
record Difference(double gain, double error, double degrees, double margin) {
  private static final double ALPHA = 1 - Interval.LEVEL;

  /** So many that Student's distribution is the normal one. */
  static final double MANY = 1e9;

  /** A difference whose error is known by itself. */
  static Difference of(double gain, double error, double margin) {
    return new Difference(gain, error, MANY, margin);
  }

  /** A difference of which nothing is known. */
  static Difference unknown(double margin) {
    return of(Double.NaN, Double.NaN, margin);
  }

  /**
   * The verdicts on differences that are looked at together. One is SAME if its 95 % interval lies
   * within the margin. BETTER and WORSE are told by Holm's procedure (Scandinavian Journal of
   * Statistics 6, 1979): if nothing differs in truth, there is one among them all with a chance of
   * 5 % at the most.
   */
  static List<Verdict> verdicts(List<Difference> differences) {
    List<Verdict> verdicts = new ArrayList<>();
    for (Difference difference : differences) {
      verdicts.add(difference.isSame() ? Verdict.SAME : Verdict.UNDECIDED);
    }
    List<Integer> order =
        IntStream.range(0, differences.size())
            .boxed()
            .filter(i -> !Double.isNaN(differences.get(i).chance()))
            .sorted(Comparator.comparingDouble(i -> differences.get(i).chance()))
            .toList();
    for (int i = 0; i < order.size(); i++) {
      Difference difference = differences.get(order.get(i));
      if (difference.chance() > ALPHA / (order.size() - i)) {
        break;
      }
      if (verdicts.get(order.get(i)) == Verdict.UNDECIDED) {
        verdicts.set(order.get(i), difference.gain > 0 ? Verdict.BETTER : Verdict.WORSE);
      }
    }
    return verdicts;
  }

  /** The chance of a difference as large or larger where there is none in truth. */
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
