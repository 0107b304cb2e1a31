package io.github.lrfbench.harness.report;

import java.util.ArrayList;
import java.util.List;

/**
 * From values to pixels along one side of a plot.
 *
 * @param low value at the first pixel
 * @param high value at the last pixel, above {@code low}
 * @param from first pixel
 * @param to last pixel
 */
record Axis(double low, double high, double from, double to) {
  private static final double MARGIN = 0.05;
  private static final int TICKS = 5;

  /** An axis on which all values have room. */
  static Axis around(List<Double> values, double from, double to) {
    double low = values.stream().mapToDouble(value -> value).min().orElse(0);
    double high = values.stream().mapToDouble(value -> value).max().orElse(1);
    double margin = high > low ? MARGIN * (high - low) : Math.max(Math.abs(high) * MARGIN, 1e-3);
    return new Axis(low - margin, high + margin, from, to);
  }

  /** The pixel of a value. */
  double at(double value) {
    return from + (value - low) / (high - low) * (to - from);
  }

  /** About five round values on the axis. */
  List<Double> ticks() {
    double step = roundUp((high - low) / TICKS);
    List<Double> ticks = new ArrayList<>();
    for (long i = (long) Math.ceil(low / step); i * step <= high; i++) {
      ticks.add(i * step);
    }
    return ticks;
  }

  /** A tick with no more decimals than the step needs. */
  String label(double tick) {
    double step = roundUp((high - low) / TICKS);
    int decimals = Math.max(0, (int) Math.ceil(-Math.log10(step) - 1e-9));
    return Figures.fixed(tick, decimals);
  }

  /** The next of 1, 2, 5, 10 times a power of ten. */
  private static double roundUp(double value) {
    double power = Math.pow(10, Math.floor(Math.log10(value)));
    for (double factor : new double[] {1, 2, 5}) {
      if (factor * power >= value * (1 - 1e-9)) {
        return factor * power;
      }
    }
    return 10 * power;
  }
}
