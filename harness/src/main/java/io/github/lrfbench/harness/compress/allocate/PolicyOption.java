package io.github.lrfbench.harness.compress.allocate;

import io.github.lrfbench.kernels.InputException;
import java.util.List;

/**
 * What a policy can be set to, {@code lems:gamma=0}.
 *
 * @param name of the option
 * @param standard its value where none is given
 * @param least the smallest number that it may be
 * @param most the largest
 * @param whole whether numbers are whole
 * @param words what it may be instead of a number
 */
record PolicyOption(
    String name, String standard, double least, double most, boolean whole, List<String> words) {
  /** A number. */
  static PolicyOption number(
      String name, String standard, double least, double most, String... words) {
    return new PolicyOption(name, standard, least, most, false, List.of(words));
  }

  /** A whole number from 0; 0 where none is given. */
  static PolicyOption count(String name, int most) {
    return new PolicyOption(name, "0", 0, most, true, List.of());
  }

  /** One of some words; the first is the standard. */
  static PolicyOption choice(String name, String... words) {
    return new PolicyOption(name, words[0], 1, 0, false, List.of(words));
  }

  /** What it may be, for a reader. */
  String values() {
    String range = least > most ? "" : plain(least) + ".." + plain(most);
    String all = String.join("|", words);
    return range.isEmpty() || all.isEmpty() ? range + all : all + "|" + range;
  }

  /**
   * A value as it is written everywhere.
   *
   * @throws InputException if it is not allowed
   */
  String parse(String policy, String text) {
    if (words.contains(text)) {
      return text;
    }
    double value;
    try {
      value = Double.parseDouble(text);
    } catch (NumberFormatException e) {
      value = Double.NaN;
    }
    if (!(value >= least && value <= most) || whole && value != Math.rint(value)) {
      throw new InputException(
          "--allocate "
              + policy
              + ": "
              + name
              + " must be "
              + values()
              + ", but is '"
              + text
              + "'");
    }
    return plain(value);
  }

  /** A number as options are written. */
  static String plain(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e9
        ? Long.toString((long) value)
        : Double.toString(value);
  }
}
