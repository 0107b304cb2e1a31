package io.github.lrfbench.harness.compress.spi;

import io.github.lrfbench.kernels.InputException;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * An option that a method can be given with its name, {@code asvd:alpha=1}.
 *
 * @param name of the option
 * @param values what it may be, for a reader
 * @param standard its value where none is given, in canonical form
 * @param canonical one way to write a value; null for one that is not allowed
 * @param moved whether the standard was another one in an earlier version
 */
public record MethodOption(
    String name, String values, String standard, UnaryOperator<String> canonical, boolean moved) {
  /** An option whose standard was never another one. */
  public MethodOption(
      String name, String values, String standard, UnaryOperator<String> canonical) {
    this(name, values, standard, canonical, false);
  }

  /** One of some words; the first is the standard. */
  public static MethodOption choice(String name, String... values) {
    List<String> known = List.of(values);
    return new MethodOption(
        name, String.join("|", values), values[0], text -> known.contains(text) ? text : null);
  }

  /** A number from {@code least} to {@code most}. */
  public static MethodOption number(String name, double standard, double least, double most) {
    return new MethodOption(
        name,
        plain(least) + ".." + plain(most),
        plain(standard),
        text -> {
          double value = parse(text);
          return value >= least && value <= most ? plain(value) : null;
        });
  }

  /** A whole number from {@code least} to {@code most}. */
  public static MethodOption count(String name, int standard, int least, int most) {
    return new MethodOption(
        name,
        least + ".." + most,
        Integer.toString(standard),
        text -> {
          double value = parse(text);
          boolean allowed = value >= least && value <= most && value == Math.rint(value);
          return allowed ? Integer.toString((int) value) : null;
        });
  }

  /** What random numbers are drawn by: of the run, as everything random is, or of its own. */
  public static MethodOption seed() {
    return count(MethodOptions.SEED, 0, 0, Integer.MAX_VALUE)
        .orWord(MethodOptions.OF_RUN, MethodOptions.OF_RUN)
        .movedStandard();
  }

  /** Yes or no. */
  public static MethodOption flag(String name, boolean standard) {
    return choice(name, Boolean.toString(standard), Boolean.toString(!standard));
  }

  /**
   * The same, of which a word is a value too.
   *
   * @param other the standard: the word, or another value
   */
  public MethodOption orWord(String word, String other) {
    return new MethodOption(
        name,
        word + " or " + values,
        other,
        text -> text.equals(word) ? text : canonical.apply(text),
        moved);
  }

  /** The same, where results of an earlier version had another standard. */
  public MethodOption movedStandard() {
    return new MethodOption(name, values, standard, canonical, true);
  }

  /**
   * A value as it is written everywhere.
   *
   * @param owner what has the option, as a user writes it
   * @throws InputException if the option cannot have it
   */
  String parse(String owner, String value) {
    String accepted = canonical.apply(value);
    if (accepted == null) {
      throw new InputException(
          owner + ": " + name + " must be " + values + ", but is '" + value + "'");
    }
    return accepted;
  }

  private static double parse(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  private static String plain(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e9
        ? Long.toString((long) value)
        : Double.toString(value);
  }
}
