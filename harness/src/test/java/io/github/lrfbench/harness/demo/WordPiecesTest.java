package io.github.lrfbench.harness.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WordPiecesTest {
  private static final List<String> SPECIAL = List.of("[PAD]", "[UNK]");

  @Test
  void joinsTheMostFrequentPairFirst() {
    // l##o occurs 7 times, ##o##w too; "##o" sorts before "l"; then l##ow 7, then ##e##r 3.
    Map<String, Long> counts = Map.of("low", 4L, "lower", 3L);
    List<String> pieces = WordPieces.vocabulary(counts, SPECIAL, 100);
    assertEquals(
        List.of(
            "[PAD]", "[UNK]", "e", "l", "o", "r", "w", "##e", "##l", "##o", "##r", "##w", "##ow",
            "low", "##er", "lower"),
        pieces);
  }

  @Test
  void stopsAtItsSize() {
    List<String> pieces = WordPieces.vocabulary(Map.of("abab", 1L), SPECIAL, 7);
    assertEquals(List.of("[PAD]", "[UNK]", "a", "b", "##a", "##b", "##ab"), pieces);
  }

  @Test
  void joinsOverlappingPairsFromTheLeft() {
    List<String> pieces = WordPieces.vocabulary(Map.of("aaaa", 5L), List.of(), 100);
    assertEquals(List.of("a", "##a", "##aa", "##aaa", "aaaa"), pieces);
  }

  @Test
  void doesNotDependOnTheOrderOfTheCounts() {
    Map<String, Long> one = new LinkedHashMap<>();
    Map<String, Long> other = new LinkedHashMap<>();
    List<String> words = List.of("tree", "free", "three", "fee", "feet");
    words.forEach(word -> one.put(word, 2L));
    for (int i = words.size() - 1; i >= 0; i--) {
      other.put(words.get(i), 2L);
    }
    assertEquals(
        WordPieces.vocabulary(one, SPECIAL, 40), WordPieces.vocabulary(other, SPECIAL, 40));
  }

  @Test
  void ofNothingOnlyTheSpecialPiecesAreLeft() {
    assertEquals(SPECIAL, WordPieces.vocabulary(Map.of(), SPECIAL, 40));
    assertTrue(
        WordPieces.vocabulary(Map.of("a", 1L), SPECIAL, 40).containsAll(List.of("a", "##a")));
  }
}
