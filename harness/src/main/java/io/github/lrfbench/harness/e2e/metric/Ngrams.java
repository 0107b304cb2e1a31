package io.github.lrfbench.harness.e2e.metric;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Counts of runs of n tokens. */
final class Ngrams {
  private Ngrams() {}

  /** How often every run of n tokens occurs. */
  static Map<List<String>, Integer> count(List<String> tokens, int n) {
    Map<List<String>, Integer> counts = new HashMap<>();
    for (int i = 0; i + n <= tokens.size(); i++) {
      counts.merge(tokens.subList(i, i + n), 1, Integer::sum);
    }
    return counts;
  }

  /** How often every run of n tokens occurs in that of the texts which has it most often. */
  static Map<List<String>, Integer> largestCount(List<List<String>> texts, int n) {
    Map<List<String>, Integer> largest = new HashMap<>();
    for (List<String> text : texts) {
      count(text, n).forEach((ngram, count) -> largest.merge(ngram, count, Math::max));
    }
    return largest;
  }

  /** How many runs of n tokens there are. */
  static int total(List<String> tokens, int n) {
    return Math.max(0, tokens.size() - n + 1);
  }

  /**
   * The runs of n tokens of a hypothesis that a reference has too; of one that is repeated, no more
   * than one reference has.
   */
  static Map<List<String>, Integer> matches(Segment segment, int n) {
    Map<List<String>, Integer> allowed = largestCount(segment.references(), n);
    Map<List<String>, Integer> matches = count(segment.hypothesis(), n);
    matches.replaceAll((ngram, count) -> Math.min(count, allowed.getOrDefault(ngram, 0)));
    matches.values().removeIf(count -> count == 0);
    return matches;
  }
}
