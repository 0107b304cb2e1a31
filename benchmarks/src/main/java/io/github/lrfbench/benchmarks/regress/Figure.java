package io.github.lrfbench.benchmarks.regress;

import io.github.lrfbench.harness.statistics.Interval;
import java.util.Arrays;

/**
 * How a time of ours relates to a yardstick that was measured beside it: above 1 we take longer.
 *
 * @param measure what is timed, such as {@code bert/dense 1x128}
 * @param yardstick a peer with its version, or {@link #LIMIT}
 * @param processor its name
 * @param kernel the processor that OpenBLAS takes it for
 * @param threads of both sides
 * @param rounds that it comes from
 * @param ratio the median over rounds
 * @param interval of 95 %
 * @param commit of the program
 * @param date on which it was measured, as {@code 2026-11-30}
 */
record Figure(
    String measure,
    String yardstick,
    String processor,
    String kernel,
    int threads,
    int rounds,
    double ratio,
    Interval interval,
    String commit,
    String date) {
  /** What the machine itself could do at best. */
  static final String LIMIT = "limit";

  /**
   * The median of what each round gave, and how well it is known: an interval of Student's t on the
   * logarithms of the rounds' ratios, the outermost fifth at either end counting as the next
   * ({@link Interval#ofSections}). Of 3 to 7 normal rounds it holds the truth in 93.5 to 95.6 of
   * 100 cases, and in no fewer if one round in ten is disturbed.
   */
  static Interval interval(double... ratios) {
    return Interval.ofSections(median(ratios), ratios);
  }

  static double median(double... numbers) {
    double[] sorted = Arrays.stream(numbers).sorted().toArray();
    return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
  }

  /** The yardstick without its version. */
  String yardstickName() {
    return yardstick.split(" ")[0];
  }

  /**
   * Whether both are of one measure on one machine, so that a newer one takes the other's place.
   */
  boolean replaces(Figure other) {
    return isOfMeasure(other) && isOfMachine(other);
  }

  boolean isOfMeasure(Figure other) {
    return measure.equals(other.measure) && yardstickName().equals(other.yardstickName());
  }

  boolean isOfMachine(Figure other) {
    return processor.equals(other.processor)
        && kernel.equals(other.kernel)
        && threads == other.threads;
  }
}
