package io.github.lrfbench.harness.exchange;

import io.github.lrfbench.kernels.InputException;
import java.util.Locale;

/**
 * A link between neighbours of the ring, by which the time of an exchange is modelled, not
 * measured: each of the 2 (N - 1) passes of an all-reduce takes the latency and the time of a
 * chunk's bytes. Nothing else is part of the model: neither other traffic, nor an overlap with the
 * backward pass.
 *
 * @param gigabytesPerSecond in each direction, 10⁹ bytes each
 * @param latencyMicros of a pass, in millionths of a second
 */
public record Link(double gigabytesPerSecond, double latencyMicros) {
  /** Checks the numbers. */
  public Link {
    if (!(gigabytesPerSecond > 0 && Double.isFinite(gigabytesPerSecond))
        || !(latencyMicros >= 0 && Double.isFinite(latencyMicros))) {
      throw new InputException(
          "--link must be gigabytes per second, above 0, and after a colon microseconds of latency,"
              + " as in 1.25:50");
    }
  }

  /**
   * Reads {@code GB/s[:MICROSECONDS]}.
   *
   * @throws InputException if it is no such text
   */
  public static Link parse(String text) {
    String[] parts = text.split(":", -1);
    return new Link(number(parts[0]), parts.length == 1 ? 0 : number(parts[1], parts.length == 2));
  }

  private static double number(String text, boolean allowed) {
    return allowed ? number(text) : Double.NaN;
  }

  private static double number(String text) {
    try {
      return Double.parseDouble(text.strip());
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  /** What the all-reduces of a step take by the model, in seconds. */
  public double seconds(ExchangeCost cost) {
    int workers = cost.workers();
    double passes = 2.0 * (workers - 1);
    return cost.payloads().stream()
        .mapToDouble(
            bytes -> passes * (latencyMicros * 1e-6 + bytes / (workers * gigabytesPerSecond * 1e9)))
        .sum();
  }

  /** The name of the column with its seconds, such as {@code modelled_seconds_1.25GBps_50us}. */
  public String column() {
    return "modelled_seconds_" + plain(gigabytesPerSecond) + "GBps_" + plain(latencyMicros) + "us";
  }

  private static String plain(double value) {
    return value == Math.rint(value) && value < 1e9
        ? String.format(Locale.ROOT, "%.0f", value)
        : Double.toString(value);
  }
}
