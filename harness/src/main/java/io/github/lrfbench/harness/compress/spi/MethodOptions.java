package io.github.lrfbench.harness.compress.spi;

import io.github.lrfbench.kernels.InputException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The values of all options of a method.
 *
 * @param values by name, in the order in which the method declares its options
 */
public record MethodOptions(Map<String, String> values) {
  /** What an option of random numbers is called, {@link MethodOption#seed}. */
  static final String SEED = "seed";

  /** Its value where the run's seed is taken. */
  static final String OF_RUN = "run";

  /** No options. */
  public static final MethodOptions NONE = new MethodOptions(Map.of());

  /**
   * Reads what a user wrote.
   *
   * @param owner what has the options, as the user writes it
   * @param known all its options
   * @param assignments {@code OPTION=VALUE} each; of the others the standard is taken
   * @throws InputException if there is no option of a name, one is given twice, or a value is not
   *     allowed
   */
  public static MethodOptions parse(
      String owner, List<MethodOption> known, List<String> assignments) {
    Map<String, String> values = new LinkedHashMap<>();
    known.forEach(option -> values.put(option.name(), option.standard()));
    Set<String> given = new HashSet<>();
    for (String text : assignments) {
      String[] assignment = text.split("=", 2);
      MethodOption option =
          known.stream()
              .filter(candidate -> candidate.name().equals(assignment[0]))
              .findFirst()
              .orElseThrow(() -> unknown(owner, assignment[0], known));
      if (!given.add(option.name())) {
        throw new InputException(owner + " is given " + option.name() + " twice");
      }
      values.put(option.name(), option.parse(owner, assignment.length < 2 ? "" : assignment[1]));
    }
    return new MethodOptions(values);
  }

  private static InputException unknown(String owner, String option, List<MethodOption> known) {
    String valid =
        known.stream()
            .map(candidate -> candidate.name() + "=" + candidate.values())
            .collect(Collectors.joining(", "));
    return new InputException(
        owner
            + " has no option '"
            + option
            + "'; "
            + (valid.isEmpty() ? "it has none" : "it has " + valid));
  }

  /**
   * The options that differ from their standards, {@code :OPTION=VALUE} each.
   *
   * @param known all options, in the order to write them in
   * @param tellMoved whether those are told, too, whose standard has moved
   */
  public String text(List<MethodOption> known, boolean tellMoved) {
    StringBuilder text = new StringBuilder();
    for (MethodOption option : known) {
      String value = text(option.name());
      if (!value.equals(option.standard()) || tellMoved && option.moved()) {
        text.append(':').append(option.name()).append('=').append(value);
      }
    }
    return text.toString();
  }

  /** The value of an option that the method declares. */
  public String text(String name) {
    String value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException("the method declares no option " + name);
    }
    return value;
  }

  /** The value of an option that is a number. */
  public double number(String name) {
    return Double.parseDouble(text(name));
  }

  /** The value of an option that is a whole number. */
  public int count(String name) {
    return Integer.parseInt(text(name));
  }

  /** The same with the run's seed where none of its own is given. */
  public MethodOptions withSeed(long ofRun) {
    if (!is(SEED, OF_RUN)) {
      return this;
    }
    Map<String, String> resolved = new LinkedHashMap<>(values);
    resolved.put(SEED, Long.toString(ofRun));
    return new MethodOptions(resolved);
  }

  /** Whether a seed of its own is given. */
  public boolean hasSeed() {
    return !is(SEED, OF_RUN);
  }

  /** The seed, once it is known which it is. */
  public long seed() {
    return Long.parseLong(text(SEED));
  }

  /** The value of an option that is yes or no. */
  public boolean flag(String name) {
    return Boolean.parseBoolean(text(name));
  }

  /** Whether the method declares an option, and it has this value. */
  public boolean is(String name, String value) {
    return value.equals(values.get(name));
  }
}
