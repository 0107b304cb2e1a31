package io.github.lrfbench.harness.tensorparallel;

import io.github.lrfbench.kernels.InputException;
import java.util.List;

/**
 * A model of what lies between two shards of a ring: t = bytes / bandwidth + latency for each
 * message. Nothing here is measured.
 *
 * @param gigabytesPerSecond 10^9 bytes a second that a shard can send
 * @param latencyMicros from the begin of a message to its first byte
 */
public record Link(double gigabytesPerSecond, double latencyMicros) {
  private static final double FASTEST = 1e9;

  /**
   * Checks the numbers.
   *
   * @throws InputException if one is out of range
   */
  public Link {
    if (!(gigabytesPerSecond > 0 && gigabytesPerSecond <= FASTEST)) {
      throw new InputException("--link must be above 0, but one is " + gigabytesPerSecond);
    }
    if (!(latencyMicros >= 0 && latencyMicros <= FASTEST)) {
      throw new InputException("--latency-us must not be negative, but is " + latencyMicros);
    }
  }

  /**
   * What exchanges take, one after the other.
   *
   * @param tokens whose numbers they carry
   * @param bytes of a number
   */
  double millis(List<Exchange> exchanges, int shards, long tokens, int bytes) {
    double sent = 0;
    long messages = 0;
    for (Exchange exchange : exchanges) {
      sent += exchange.sent(shards) * tokens * bytes;
      messages += exchange.messages(shards);
    }
    return sent / (gigabytesPerSecond * 1e6) + messages * latencyMicros / 1e3;
  }
}
