package io.github.lrfbench.harness.measure;

import io.github.lrfbench.harness.statistics.Interval;
import java.util.Arrays;
import java.util.List;

/**
 * Calls of subjects, timed in rounds. All medians are over nanoseconds.
 *
 * @param first the very first call of each subject, before any warm-up
 * @param nanos the calls of every round, by subject and call; not modified
 * @param stop why there are no more; null where their number was given
 */
public record Rounds(long[] first, List<long[][]> nanos, RoundRule.Stop stop) {
  /** Copies the list, not what is in it. */
  public Rounds {
    nanos = List.copyOf(nanos);
  }

  /** How many rounds there are. */
  public int count() {
    return nanos.size();
  }

  /** Statistics of all calls of a subject. */
  public LatencyStats stats(int subject) {
    return LatencyStats.of(first[subject], all(subject));
  }

  /**
   * The median of a subject's calls over that of another's, with what it is in each round.
   *
   * @return the 95 % interval; unknown if there is one round only
   */
  public Interval ratio(int numerator, int denominator) {
    double all = Percentiles.median(all(numerator)) / Percentiles.median(all(denominator));
    return Interval.ofSections(
        all,
        nanos.stream()
            .mapToDouble(
                round ->
                    Percentiles.median(round[numerator]) / Percentiles.median(round[denominator]))
            .toArray());
  }

  /**
   * The mean of a subject's calls over that of another's, with what it is in each round.
   *
   * @return the 95 % interval; unknown if there is one round only
   */
  public Interval ratioOfMeans(int numerator, int denominator) {
    return Interval.ofSections(
        mean(all(numerator)) / mean(all(denominator)),
        nanos.stream()
            .mapToDouble(round -> mean(round[numerator]) / mean(round[denominator]))
            .toArray());
  }

  private static double mean(long[] calls) {
    return Arrays.stream(calls).average().orElse(Double.NaN);
  }

  /** How far the interval of the ratio reaches, of a lone subject that of its median. */
  double noise() {
    if (first.length > 1) {
      return ratio(1, 0).reach();
    }
    double[] medians = nanos.stream().mapToDouble(round -> Percentiles.median(round[0])).toArray();
    return Interval.ofSections(Percentiles.median(all(0)), medians).reach();
  }

  private long[] all(int subject) {
    return nanos.stream().flatMapToLong(round -> Arrays.stream(round[subject])).toArray();
  }
}
