package io.github.lrfbench.harness.demo;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * How GPT-2's tokenizers write bytes as letters: a printable one as itself, the others, in order,
 * as the letters from U+0100 on (Radford et al., "Language Models are Unsupervised Multitask
 * Learners", 2019).
 */
final class ByteLetters {
  private static final int BYTES = 256;
  private static final char[] LETTERS = new char[BYTES];
  private static final List<String> ALL;

  static {
    List<String> printable = new ArrayList<>();
    List<String> others = new ArrayList<>();
    for (int value = 0; value < BYTES; value++) {
      boolean prints = isPrintable(value);
      LETTERS[value] = (char) (prints ? value : BYTES + others.size());
      (prints ? printable : others).add(String.valueOf(LETTERS[value]));
    }
    printable.addAll(others);
    ALL = List.copyOf(printable);
  }

  private ByteLetters() {}

  private static boolean isPrintable(int value) {
    return value >= '!' && value <= '~'
        || value >= 0xA1 && value <= 0xAC
        || value >= 0xAE && value <= 0xFF;
  }

  /** The 256 letters, those of printable bytes first: the order of GPT-2's ids. */
  static List<String> all() {
    return ALL;
  }

  /** The letters of a text's bytes in UTF-8, one by one. */
  static List<String> of(String text) {
    List<String> letters = new ArrayList<>();
    for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
      letters.add(String.valueOf(LETTERS[each & 0xFF]));
    }
    return letters;
  }
}
