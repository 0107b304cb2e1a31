package io.github.lrfbench.harness.demo;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BinaryOperator;
import java.util.function.Function;

/**
 * Words as pieces, of which the most frequent pair of neighbours is joined again and again
 * (Sennrich et al., "Neural Machine Translation of Rare Words with Subword Units", 2016). Ties are
 * broken by spelling, so that the same counts always give the same joins.
 */
final class BytePairMerges {
  private final List<Word> words = new ArrayList<>();
  private final BinaryOperator<String> spelling;

  /** Two neighbouring pieces. */
  record Pair(String left, String right) {}

  private static final class Word {
    private final long count;
    private List<String> pieces;

    Word(List<String> pieces, long count) {
      this.pieces = pieces;
      this.count = count;
    }

    void join(Pair pair, String joined) {
      List<String> fewer = new ArrayList<>();
      for (int i = 0; i < pieces.size(); i++) {
        boolean here =
            i + 1 < pieces.size()
                && pieces.get(i).equals(pair.left)
                && pieces.get(i + 1).equals(pair.right);
        fewer.add(here ? joined : pieces.get(i));
        i += here ? 1 : 0;
      }
      pieces = fewer;
    }
  }

  /**
   * Words of which nothing is joined yet.
   *
   * @param counts how often each word occurs
   * @param split a word's first pieces
   * @param spelling of two joined pieces
   */
  BytePairMerges(
      Map<String, Long> counts,
      Function<String, List<String>> split,
      BinaryOperator<String> spelling) {
    this.spelling = spelling;
    new TreeMap<>(counts).forEach((text, count) -> words.add(new Word(split.apply(text), count)));
  }

  /** The pieces that words are made of now, in order of spelling. */
  Set<String> pieces() {
    Set<String> pieces = new TreeSet<>();
    words.forEach(word -> pieces.addAll(word.pieces));
    return pieces;
  }

  /** How two pieces are written as one. */
  String spell(Pair pair) {
    return spelling.apply(pair.left, pair.right);
  }

  /** Joins the most frequent pair in all words; null if every word is one piece. */
  Pair join() {
    Pair best = mostFrequent();
    if (best != null) {
      String joined = spell(best);
      words.forEach(word -> word.join(best, joined));
    }
    return best;
  }

  private Pair mostFrequent() {
    Map<Pair, Long> frequencies = new HashMap<>();
    for (Word word : words) {
      for (int i = 0; i + 1 < word.pieces.size(); i++) {
        frequencies.merge(
            new Pair(word.pieces.get(i), word.pieces.get(i + 1)), word.count, Long::sum);
      }
    }
    return frequencies.entrySet().stream()
        .min(
            Map.Entry.<Pair, Long>comparingByValue(Comparator.reverseOrder())
                .thenComparing(entry -> entry.getKey().left)
                .thenComparing(entry -> entry.getKey().right))
        .map(Map.Entry::getKey)
        .orElse(null);
  }
}
