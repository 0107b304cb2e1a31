package io.github.lrfbench.harness.text;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.Locale;

/** Text from files and users, made fit for a message of one line. */
public final class OneLine {
  private static final int LONGEST = 60;

  private OneLine() {}

  /**
   * The text in single quotes. Control characters and line separators become spaces, and what goes
   * beyond 60 characters becomes an ellipsis.
   */
  public static String quote(String text) {
    StringBuilder line = new StringBuilder("'");
    int end = text.offsetByCodePoints(0, Math.min(LONGEST, text.codePointCount(0, text.length())));
    text.substring(0, end)
        .codePoints()
        .map(c -> breaksLine(c) ? ' ' : c)
        .forEach(line::appendCodePoint);
    return line.append(end < text.length() ? "…'" : "'").toString();
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

  private static boolean breaksLine(int codePoint) {
    int type = Character.getType(codePoint);
    return type == Character.CONTROL
        || type == Character.LINE_SEPARATOR
        || type == Character.PARAGRAPH_SEPARATOR;
  }
}
