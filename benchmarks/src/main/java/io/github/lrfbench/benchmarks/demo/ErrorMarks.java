package io.github.lrfbench.benchmarks.demo;

import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.harness.train.TrainingSet;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Where the unacceptable sentence of a minimal pair is wrong: at the tokens in which it differs
 * from the acceptable one.
 */
final class ErrorMarks {
  private ErrorMarks() {}

  /** Nothing is known of any example. */
  static List<boolean[]> unknown(int examples) {
    return Collections.nCopies(examples, null);
  }

  /**
   * The marks of all examples that are found to be pairs.
   *
   * @param set pairs side by side; class 0 is unacceptable
   */
  static List<boolean[]> of(TrainingSet set) {
    List<boolean[]> marks = new ArrayList<>(unknown(set.size()));
    for (int i = 0; i + 1 < set.size(); i += 2) {
      if (set.targets()[i] != set.targets()[i + 1]) {
        int bad = set.targets()[i] == 0 ? i : i + 1;
        int good = 2 * i + 1 - bad;
        mark(set.sequences().get(good), set.sequences().get(bad), good, bad, marks);
      }
    }
    return marks;
  }

  private static void mark(
      TokenSequence right, TokenSequence wrong, int good, int bad, List<boolean[]> marks) {
    int shortest = Math.min(right.length(), wrong.length());
    int start = 0;
    while (start < shortest && right.ids()[start] == wrong.ids()[start]) {
      start++;
    }
    int end = 0;
    while (end < shortest - start
        && right.ids()[right.length() - 1 - end] == wrong.ids()[wrong.length() - 1 - end]) {
      end++;
    }
    if (start + end < shortest / 2) {
      return; // no pair
    }
    boolean[] errors = new boolean[wrong.length()];
    int stop = Math.max(start + 1, wrong.length() - end);
    for (int i = start; i < stop; i++) {
      errors[i] = true;
    }
    marks.set(good, new boolean[right.length()]);
    marks.set(bad, errors);
  }
}
