package io.github.lrfbench.harness.report;

import java.util.ArrayList;
import java.util.List;

/**
 * Where values lie between the ends of an axis. Positive values of which the largest is at least
 * eight times the smallest may lie on a logarithmic one.
 *
 * @param lowest value at the beginning
 * @param highest value at the end, above the lowest
 * @param step between marks; 0 on a logarithmic axis, which is marked at powers of two
 */
public record Axis(double lowest, double highest, double step) {
  private static final double WIDE = 8;
  private static final int TICKS = 6;

  /** An axis of equal steps that holds all values, from one mark to another. */
  public static Axis linear(List<Double> values) {
    double low = values.stream().mapToDouble(value -> value).min().orElse(0);
    double high = values.stream().mapToDouble(value -> value).max().orElse(1);
    double spread = high > low ? high - low : Math.max(1e-3, Math.abs(high) * 0.1);
    double step = step(spread);
    double first = Math.floor(low / step + 1e-9) * step;
    double last = Math.ceil(high / step - 1e-9) * step;
    return new Axis(first, last > first ? last : first + step, step);
  }

  /** An axis of equal ratios where values lie far apart, else of equal steps. */
  public static Axis fitting(List<Double> values) {
    double low = values.stream().mapToDouble(value -> value).min().orElse(0);
    double high = values.stream().mapToDouble(value -> value).max().orElse(1);
    return low > 0 && high >= WIDE * low ? new Axis(low, high, 0) : linear(values);
  }

  /** 1, 2 or 5 times a power of ten, so that a handful of steps make the spread. */
  private static double step(double spread) {
    double power = Math.pow(10, Math.floor(Math.log10(spread / TICKS)));
    for (double factor : new double[] {1, 2, 5}) {
      if (spread <= TICKS * factor * power) {
        return factor * power;
      }
    }
    return 10 * power;
  }

  /** From 0 at the beginning to 1 at the end. */
  public double share(double value) {
    return step == 0
        ? Math.log(value / lowest) / Math.log(highest / lowest)
        : (value - lowest) / (highest - lowest);
  }

  /** The values to be marked, rising. */
  public List<Double> ticks() {
    List<Double> ticks = new ArrayList<>();
    if (step == 0) {
      double power = Math.pow(2, Math.ceil(Math.log(lowest) / Math.log(2) - 1e-9));
      for (; power <= highest * (1 + 1e-9); power *= 2) {
        ticks.add(power);
      }
      return ticks;
    }
    long count = Math.round((highest - lowest) / step);
    for (long i = 0; i <= count; i++) {
      ticks.add(Math.rint((lowest + i * step) / step) * step);
    }
    return ticks;
  }
}
