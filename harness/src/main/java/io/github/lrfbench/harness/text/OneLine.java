package io.github.lrfbench.harness.text;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.Locale;
import java.util.regex.Pattern;

/** Text from files and users, made fit for a message of one line. */
public final class OneLine {
  private static final int LONGEST = 60;

  /** Line breaks, control characters, marks of direction and other invisible ones. */
  private static final Pattern NOT_PLAIN =
      Pattern.compile("\\R|[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]");

  private OneLine() {}

  /**
   * The text with a space for each line break and for each character that is not {@linkplain
   * #isPlain plain}.
   */
  public static String of(String text) {
    return NOT_PLAIN.matcher(text).replaceAll(" ");
  }

  /**
   * True unless a terminal may take the character for an order, or show what follows it in another
   * direction or place: control characters (C0 and C1), format characters, line separators and
   * single surrogates.
   */
  public static boolean isPlain(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }

  /** The text on one line, in single quotes; what goes beyond 60 characters becomes an ellipsis. */
  public static String quote(String text) {
    int end = text.offsetByCodePoints(0, Math.min(LONGEST, text.codePointCount(0, text.length())));
    return "'" + of(text.substring(0, end)) + (end < text.length() ? "…'" : "'");
  }

  /**
   * The text in at most so many characters (at least 1): of a longer one the beginning and the end,
   * where names differ, with an ellipsis between them.
   */
  public static String shorten(String text, int width) {
    int length = text.codePointCount(0, text.length());
    if (length <= width) {
      return text;
    }
    int tail = (width - 1) / 2;
    return text.substring(0, text.offsetByCodePoints(0, width - 1 - tail))
        + "…"
        + text.substring(text.offsetByCodePoints(0, length - tail));
  }

  /** Why a file could not be read or written, without its name, for example "access denied". */
  public static String reason(IOException failure) {
    boolean named = failure instanceof FileSystemException;
    String reason = named ? ((FileSystemException) failure).getReason() : failure.getMessage();
    if (reason != null) {
      return reason.lines().findFirst().orElse("");
    }
    String kind = failure.getClass().getSimpleName().replace("Exception", "");
    return kind.replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
  }
}
