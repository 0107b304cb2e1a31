package io.github.lrfbench.harness.demo;

import io.github.lrfbench.harness.demo.BytePairMerges.Pair;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Builds a WordPiece vocabulary: first the characters, then joined pieces ({@link BytePairMerges}).
 * A piece that continues a word starts with "##".
 */
final class WordPieces {
  private static final String CONTINUES = "##";

  private WordPieces() {}

  /**
   * The vocabulary of at most {@code size} pieces in the order of its ids: the special pieces,
   * every character as first and as continuing piece in order of code, then the joined pieces, most
   * frequent first.
   *
   * @param counts how often each word occurs; a word is lower-case ASCII without spaces
   */
  static List<String> vocabulary(Map<String, Long> counts, List<String> special, int size) {
    BytePairMerges words =
        new BytePairMerges(
            counts,
            WordPieces::characters,
            (left, right) -> left + right.substring(CONTINUES.length()));
    Set<String> alphabet = new TreeSet<>();
    words.pieces().forEach(piece -> alphabet.add(piece.replace(CONTINUES, "")));
    Set<String> vocabulary = new LinkedHashSet<>(special);
    vocabulary.addAll(alphabet);
    alphabet.forEach(piece -> vocabulary.add(CONTINUES + piece));
    while (vocabulary.size() < size) {
      Pair joined = words.join();
      if (joined == null) {
        break;
      }
      vocabulary.add(words.spell(joined));
    }
    return List.copyOf(vocabulary);
  }

  private static List<String> characters(String word) {
    List<String> pieces = new ArrayList<>();
    for (int i = 0; i < word.length(); i++) {
      pieces.add((i == 0 ? "" : CONTINUES) + word.charAt(i));
    }
    return pieces;
  }
}
