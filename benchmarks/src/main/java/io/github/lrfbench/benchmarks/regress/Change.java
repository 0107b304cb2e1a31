package io.github.lrfbench.benchmarks.regress;

import io.github.lrfbench.harness.statistics.Interval;
import io.github.lrfbench.harness.statistics.Statistics;

/**
 * How many times as large a ratio is as it was, and how well that is known: Welch's interval of the
 * difference of two logarithms, which are independent, as they come from other rounds.
 *
 * @param factor above 1 where we have become slower
 * @param interval of 95 %; unknown where one of the figures has none
 */
record Change(double factor, Interval interval) {
  static Change between(Figure before, Figure after) {
    double factor = after.ratio() / before.ratio();
    if (!before.interval().isFinite() || !after.interval().isFinite()) {
      return new Change(factor, Interval.UNKNOWN);
    }
    double variance = 0;
    double spread = 0;
    for (Figure figure : new Figure[] {before, after}) {
      double error = figure.interval().logError(figure.rounds());
      variance += error * error;
      spread += Math.pow(error, 4) / Interval.degrees(figure.rounds());
    }
    if (variance == 0) {
      return new Change(factor, new Interval(factor, factor));
    }
    double degrees = variance * variance / spread;
    double reach = Math.exp(Statistics.reach(Interval.LEVEL, degrees) * Math.sqrt(variance));
    return new Change(factor, new Interval(factor / reach, factor * reach));
  }

  /**
   * SLOWER and FASTER where the whole interval lies beyond the margin, SAME where all of it lies
   * within. As a change of the margin is still none, a figure that has not changed is called SLOWER
   * far more rarely than the interval's level says, so that many can be looked at together.
   *
   * @param margin fractions up to this do not matter
   */
  Verdict verdict(double margin) {
    double most = 1 + margin;
    if (!interval.isFinite()) {
      return Verdict.UNDECIDED;
    }
    if (interval.low() > most) {
      return Verdict.SLOWER;
    }
    if (interval.high() < 1 / most) {
      return Verdict.FASTER;
    }
    return interval.low() >= 1 / most && interval.high() <= most ? Verdict.SAME : Verdict.UNDECIDED;
  }
}
