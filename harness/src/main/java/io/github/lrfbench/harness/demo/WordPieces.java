package io.github.lrfbench.harness.demo;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Builds a WordPiece vocabulary: first the characters, then the most frequent pair of neighbouring
 * pieces is joined again and again (Sennrich et al., "Neural Machine Translation of Rare Words with
 * Subword Units", 2016). A piece that continues a word starts with "##". Ties are broken by
 * spelling, so that the same counts always give the same vocabulary.
 */
final class WordPieces {
  private static final String CONTINUES = "##";

  private record Pair(String left, String right) {
    String joined() {
      return left + right.substring(CONTINUES.length());
    }
  }

  private static final class Word {
    private final long count;
    private List<String> pieces;

    Word(String text, long count) {
      this.count = count;
      pieces = new ArrayList<>();
      for (int i = 0; i < text.length(); i++) {
        pieces.add((i == 0 ? "" : CONTINUES) + text.charAt(i));
      }
    }

    void join(Pair pair) {
      List<String> joined = new ArrayList<>();
      for (int i = 0; i < pieces.size(); i++) {
        boolean here =
            i + 1 < pieces.size()
                && pieces.get(i).equals(pair.left)
                && pieces.get(i + 1).equals(pair.right);
        joined.add(here ? pair.joined() : pieces.get(i));
        i += here ? 1 : 0;
      }
      pieces = joined;
    }
  }

  private WordPieces() {}

  /**
   * The vocabulary of at most {@code size} pieces in the order of its ids: the special pieces,
   * every character as first and as continuing piece in order of code, then the joined pieces, most
   * frequent first.
   *
   * @param counts how often each word occurs; a word is lower-case ASCII without spaces
   */
  static List<String> vocabulary(Map<String, Long> counts, List<String> special, int size) {
    List<Word> words = new ArrayList<>();
    Set<String> alphabet = new TreeSet<>();
    new TreeMap<>(counts).forEach((text, count) -> words.add(new Word(text, count)));
    for (Word word : words) {
      word.pieces.forEach(piece -> alphabet.add(piece.replace(CONTINUES, "")));
    }
    Set<String> vocabulary = new LinkedHashSet<>(special);
    vocabulary.addAll(alphabet);
    alphabet.forEach(piece -> vocabulary.add(CONTINUES + piece));
    while (vocabulary.size() < size) {
      Pair best = mostFrequent(words);
      if (best == null) {
        break;
      }
      vocabulary.add(best.joined());
      words.forEach(word -> word.join(best));
    }
    return List.copyOf(vocabulary);
  }

  private static Pair mostFrequent(List<Word> words) {
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
