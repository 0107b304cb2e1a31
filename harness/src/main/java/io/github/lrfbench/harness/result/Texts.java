package io.github.lrfbench.harness.result;

/** Text that fits on one line. */
final class Texts {
  private Texts() {}

  /** The text with every run of white space and control characters replaced by one space. */
  static String oneLine(String text) {
    return text.replaceAll("[\\s\\p{Cntrl}\\u2028\\u2029]+", " ").strip();
  }
}
