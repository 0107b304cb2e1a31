package io.github.lrfbench.harness.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DemoVocabularyTest {
  private static final List<String> BUILT = DemoVocabulary.build();

  /** The pieces of a word, the longest that fits first, as BERT's tokenizer takes them. */
  private static int piecesOf(String word, Set<String> vocabulary) {
    int pieces = 0;
    int start = 0;
    while (start < word.length()) {
      int end = word.length();
      while (!vocabulary.contains((start == 0 ? "" : "##") + word.substring(start, end))) {
        end--;
        assertTrue(end > start, word + " cannot be written");
      }
      start = end;
      pieces++;
    }
    return pieces;
  }

  @Test
  void theShippedVocabularyIsTheOneBuilt() throws IOException {
    try (InputStream in = DemoModel.class.getResourceAsStream("bert/vocab.txt")) {
      String shipped = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(shipped, DemoVocabulary.text(BUILT));
    }
  }

  @Test
  void isOfItsSizeWithTheSpecialPiecesFirst() {
    assertEquals(DemoVocabulary.SIZE, BUILT.size());
    assertEquals(DemoVocabulary.SIZE, new HashSet<>(BUILT).size());
    assertEquals(List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"), BUILT.subList(0, 5));
  }

  @Test
  void everyWordCanBeWrittenAndSomeAreSplit() {
    Set<String> vocabulary = new HashSet<>(BUILT);
    int whole = 0;
    int split = 0;
    for (DemoTask task : DemoTask.values()) {
      for (DemoExample example : DemoData.of(task, DemoData.SEED, 500, 0).dev()) {
        String text = String.join(" ", example.texts()).toLowerCase(Locale.ROOT);
        for (String word : text.replaceAll("[.,;?]", " $0").trim().split(" +")) {
          if (piecesOf(word, vocabulary) == 1) {
            whole++;
          } else {
            split++;
          }
        }
      }
    }
    assertTrue(split > whole / 20, split + " of " + (split + whole) + " are split");
    assertTrue(split < whole, split + " of " + (split + whole) + " are split");
  }
}
