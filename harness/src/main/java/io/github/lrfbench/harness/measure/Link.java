package io.github.lrfbench.harness.measure;

import io.github.lrfbench.kernels.InputException;

/**
 * A link between neighbours in a ring, by which the time of what they exchange is modelled, not
 * measured: a message takes the latency and the time of its bytes. Nothing else is part of the
 * model: neither other traffic, nor an overlap with computing.
 *
 * @param gigabytesPerSecond in each direction, 10⁹ bytes each
 * @param latencyMicros of a message, in millionths of a second
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

  /** What messages take, one after the other, that have so many bytes together; in seconds. */
  public double seconds(double bytes, double messages) {
    return messages * latencyMicros / 1e6 + bytes / (gigabytesPerSecond * 1e9);
  }
}
