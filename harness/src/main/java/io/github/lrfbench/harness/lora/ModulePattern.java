package io.github.lrfbench.harness.lora;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.github.lrfbench.harness.input.Faults;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;

/**
 * A regular expression of Python over names of modules. It comes from a foreign file and is matched
 * in time linear in the name; what an automaton cannot do (looking around, references back) is
 * refused, and so is what Python reads differently.
 *
 * @param pattern the expression
 */
record ModulePattern(Pattern pattern) {
  private static final int MAX_LENGTH = 20_000;
  private static final int MAX_DEPTH = 100;
  private static final int MAX_COUNT = 1000;

  /** Groups of Python that are known here are plain or named ones. */
  private static final java.util.regex.Pattern OTHER_SYNTAX =
      java.util.regex.Pattern.compile("\\(\\?(?!:|P<)|\\\\[zQpP]|\\\\x\\{|\\[:|\\{,");

  private static final java.util.regex.Pattern COUNT =
      java.util.regex.Pattern.compile("\\{(?:[0-9]+,)?([0-9]{1,9})\\}");

  /**
   * Compiles an expression.
   *
   * @param file where it stands
   * @param key under which key
   * @throws io.github.lrfbench.kernels.InputException if it is none, or of a kind not known here
   */
  static ModulePattern of(Path file, String key, String expression) {
    try {
      if (!isOrdinary(expression)) {
        throw notSupported(file, key, expression);
      }
      return new ModulePattern(Pattern.compile(expression));
    } catch (PatternSyntaxException e) {
      throw notSupported(file, key, expression);
    }
  }

  private static RuntimeException notSupported(Path file, String key, String expression) {
    return Faults.of(
        file,
        Faults.quote(key)
            + " holds "
            + Faults.quote(expression)
            + ", which is not a pattern that is supported (nothing that looks around or back)");
  }

  /** Small enough to compile, and the same in Python. */
  private static boolean isOrdinary(String expression) {
    return expression.length() <= MAX_LENGTH
        && expression.chars().filter(letter -> letter == '(').count() <= MAX_DEPTH
        && counts(expression) <= MAX_COUNT
        && !OTHER_SYNTAX.matcher(expression).find();
  }

  /** A bound of how often nested counts repeat what they count. */
  private static double counts(String expression) {
    double product = 1;
    Matcher matcher = COUNT.matcher(expression);
    while (matcher.find()) {
      product *= Math.max(1, Integer.parseInt(matcher.group(1)));
    }
    return product;
  }

  /** Whether it matches a whole name, as Python's {@code fullmatch}. */
  boolean matchesWhole(String module) {
    return pattern.matcher(module).matches();
  }

  /** Whether it matches at a name's beginning, as Python's {@code match}. */
  boolean matchesBeginning(String module) {
    return pattern.matcher(module).lookingAt();
  }

  /** What a named group holds where the pattern matches at a name's beginning. */
  Optional<String> group(String group, String module) {
    com.google.re2j.Matcher matcher = pattern.matcher(module);
    return matcher.lookingAt() ? Optional.of(matcher.group(group)) : Optional.empty();
  }
}
