package io.github.lrfbench.harness.tokenize;

import java.util.List;

/** The lines of a vocabulary, as the library that transformers has for it reads them. */
final class Lines {
  private Lines() {}

  /** The lines that end in a line feed, or a carriage return and one, or with the text. */
  static List<String> of(String text) {
    if (text.isEmpty()) {
      return List.of();
    }
    String whole = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    return List.of(whole.split("\r?\n", -1)).stream().map(Lines::withoutReturn).toList();
  }

  private static String withoutReturn(String line) {
    return line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
  }

  /** The line without the characters at its end that Unicode calls white space. */
  static String stripTrailing(String line) {
    int end = line.length();
    while (end > 0 && isSpace(line.charAt(end - 1))) {
      end--;
    }
    return line.substring(0, end);
  }

  private static boolean isSpace(char c) {
    return c >= '\t' && c <= '\r' || c == '\u0085' || Character.isSpaceChar(c);
  }
}
