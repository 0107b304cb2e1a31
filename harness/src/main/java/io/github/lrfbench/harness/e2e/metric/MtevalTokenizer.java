package io.github.lrfbench.harness.e2e.metric;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Tokens as NIST's {@code mteval-v13a} makes them for BLEU and NIST, in lower case. */
public final class MtevalTokenizer {
  /** ASCII punctuation but apostrophe, comma, hyphen and period. */
  private static final Pattern PUNCTUATION = Pattern.compile("([{-~\\[-` -&(-+:-@/])");

  private static final Pattern POINT_AFTER_OTHER = Pattern.compile("([^0-9])([.,])");
  private static final Pattern POINT_BEFORE_OTHER = Pattern.compile("([.,])([^0-9])");
  private static final Pattern HYPHEN_AFTER_DIGIT = Pattern.compile("([0-9])(-)");
  private static final Pattern SPACES = Pattern.compile("(?U)\\s+");

  private MtevalTokenizer() {}

  /** The tokens of a text; none of a blank one. */
  public static List<String> tokenize(String text) {
    String line =
        text.replace("<skipped>", "")
            .replace("-\n", "")
            .replace("\n", " ")
            .replace("&quot;", "\"")
            .replace("&amp;", "&")
            .replace("&lt;", "<")
            .replace("&gt;", ">");
    line = PUNCTUATION.matcher(" " + line + " ").replaceAll(" $1 ");
    line = POINT_AFTER_OTHER.matcher(line).replaceAll("$1 $2 ");
    line = POINT_BEFORE_OTHER.matcher(line).replaceAll(" $1 $2");
    line = HYPHEN_AFTER_DIGIT.matcher(line).replaceAll("$1 $2 ");
    line = SPACES.matcher(line).replaceAll(" ").strip().toLowerCase(Locale.ROOT);
    return line.isEmpty() ? List.of() : List.of(line.split(" "));
  }
}
