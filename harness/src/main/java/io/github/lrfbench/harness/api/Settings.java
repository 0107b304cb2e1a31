package io.github.lrfbench.harness.api;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Options of a command by their names without dashes, as in the file of a sweep. Immutable; what is
 * not set is as on the command line.
 */
public final class Settings {
  private final List<String> options;

  private Settings(List<String> options) {
    this.options = List.copyOf(options);
  }

  /** A model, and the task that it is for. */
  public static Settings of(String model, String task) {
    return new Settings(List.of()).with("model", model).with("task", task);
  }

  /** The same with values of an option; in a sweep several are an axis of the grid. */
  public Settings with(String option, Object... values) {
    List<String> longer = new ArrayList<>(options);
    for (Object value : values) {
      longer.add("--" + option + "=" + value);
    }
    return new Settings(longer);
  }

  /** The same with an option that takes no value, such as {@code dense}. */
  public Settings withFlag(String option) {
    List<String> longer = new ArrayList<>(options);
    longer.add("--" + option);
    return new Settings(longer);
  }

  /** The same with the directory that is written. */
  public Settings out(Path directory) {
    return with("out", directory);
  }

  List<String> options() {
    return options;
  }
}
