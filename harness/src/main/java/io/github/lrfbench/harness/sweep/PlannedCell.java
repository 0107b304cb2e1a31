package io.github.lrfbench.harness.sweep;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A cell that a sweep would run.
 *
 * @param id empty where the model or the data cannot be read
 * @param seconds how long it may take, from earlier runs; empty if nothing tells
 */
public record PlannedCell(
    Optional<String> id, String model, String task, String variant, OptionalDouble seconds) {
  /** A line for users: id, model, task, variant and seconds, separated by tabs. */
  public String line() {
    String time =
        seconds.isPresent() ? String.format(Locale.ROOT, "%.0f s", seconds.getAsDouble()) : "?";
    return String.join("\t", id.orElse("?"), model, task, variant, time);
  }
}
