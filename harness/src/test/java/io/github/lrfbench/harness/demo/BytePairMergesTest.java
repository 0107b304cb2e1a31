package io.github.lrfbench.harness.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.github.lrfbench.harness.demo.BytePairMerges.Pair;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MergeRulesTest {
  private static BytePairMerges of(Map<String, Long> counts) {
    return new BytePairMerges(counts, word -> List.of(word.split("")), String::concat);
  }

  @Test
  void joinsTheMostFrequentPairUntilEveryWordIsOnePiece() {
    // The example of Sennrich et al. 2016, figure 1, without its mark of a word's end.
    BytePairMerges words = of(Map.of("low", 5L, "lower", 2L, "newest", 6L, "widest", 3L));
    assertEquals(Set.of("d", "e", "i", "l", "n", "o", "r", "s", "t", "w"), words.pieces());
    assertEquals(new Pair("e", "s"), words.join());
    assertEquals(new Pair("es", "t"), words.join());
    assertEquals(new Pair("l", "o"), words.join());
    assertEquals(new Pair("lo", "w"), words.join());
    assertEquals(Set.of("low", "e", "r", "n", "w", "est", "i", "d"), words.pieces());
    int more = 0;
    while (words.join() != null) {
      more++;
    }
    assertEquals(8, more);
    assertEquals(Set.of("low", "lower", "newest", "widest"), words.pieces());
    assertNull(words.join());
  }

  @Test
  void joinsOverlappingPairsFromTheLeft() {
    BytePairMerges words = of(Map.of("aaaaa", 1L));
    assertEquals(new Pair("a", "a"), words.join());
    assertEquals(Set.of("a", "aa"), words.pieces());
  }

  @Test
  void breaksTiesBySpelling() {
    assertEquals(new Pair("a", "z"), of(Map.of("az", 1L, "ba", 1L, "bz", 1L)).join());
  }

  @Test
  void joinsNothingOfNothing() {
    assertNull(of(Map.of()).join());
    assertNull(of(Map.of("a", 3L)).join());
  }
}
