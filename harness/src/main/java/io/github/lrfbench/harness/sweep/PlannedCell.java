package io.github.lrfbench.harness.sweep;

import java.util.Locale;
import java.util.OptionalDouble;

/**
 * A cell that a sweep would run.
 *
 * @param seconds how long it may take, from earlier runs; empty if nothing tells
 */
public record PlannedCell(String model, String task, String variant, OptionalDouble seconds) {
  /** A line for users: model, task, variant and seconds, separated by tabs. */
  public String line() {
    String time =
        seconds.isPresent() ? String.format(Locale.ROOT, "%.0f s", seconds.getAsDouble()) : "?";
    return String.join("\t", model, task, variant, time);
  }
}
