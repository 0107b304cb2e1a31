package io.github.lrfbench.harness.demo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.github.lrfbench.harness.demo.BytePairMerges.Pair;
import io.github.lrfbench.harness.tokenize.Tokenizer;
import io.github.lrfbench.harness.tokenize.Tokenizers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BytePairsTest {
  private static final String TEXT = DemoCorpus.test();
  private static final BytePairs PAIRS = BytePairs.learn(TEXT, 400);

  @TempDir private Path folder;

  private Tokenizer open(BytePairs pairs) throws IOException {
    Files.writeString(folder.resolve("tokenizer.json"), DemoBytePairs.json(pairs));
    return Tokenizers.open(
        folder,
        JsonNodeFactory.instance
            .objectNode()
            .put("model_type", "gpt2")
            .put("vocab_size", pairs.tokens().size()));
  }

  /** By the definition: joins, in a word, the pairs in the order in which they were learned. */
  private static List<String> slowly(List<String> letters) {
    List<String> pieces = new ArrayList<>(letters);
    for (Pair pair : PAIRS.merges()) {
      for (int i = 0; i + 1 < pieces.size(); i++) {
        if (pieces.get(i).equals(pair.left()) && pieces.get(i + 1).equals(pair.right())) {
          pieces.set(i, pair.left() + pair.right());
          pieces.remove(i + 1);
        }
      }
    }
    return pieces;
  }

  @Test
  void hasEveryByteThenTheMergesThenTheEnd() {
    assertEquals(400, PAIRS.tokens().size());
    assertEquals(400, new HashSet<>(PAIRS.tokens()).size());
    assertEquals(ByteLetters.all(), PAIRS.tokens().subList(0, 256));
    List<String> joined =
        PAIRS.merges().stream().map(pair -> pair.left() + pair.right()).distinct().toList();
    assertEquals(joined, PAIRS.tokens().subList(256, 399));
    assertEquals(BytePairs.END, PAIRS.tokens().get(399));
  }

  @Test
  void stopsWhereEveryWordIsOneToken() {
    BytePairs pairs = BytePairs.learn("to to or", 1000);
    assertEquals(
        List.of(new Pair("t", "o"), new Pair("Ġ", "or"), new Pair("Ġ", "to")),
        pairs.merges().stream().filter(pair -> !pair.equals(new Pair("o", "r"))).toList());
    assertEquals(256 + 4 + 1, pairs.tokens().size());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "The doctors saw the painter.",
        " and",
        "  two spaces\n\n and lines\t",
        "don't we'll 123 1,000.5",
        "naïve Zoë, 東京, \uD83D\uDE00 and \u00a0",
        "\u0000\u007f"
      })
  void theTokenizerWritesAnyTextAndReadsItBack(String text) throws IOException {
    try (Tokenizer tokenizer = open(PAIRS)) {
      int[] ids = tokenizer.encode(text, null, Integer.MAX_VALUE).ids();
      assertEquals(text, tokenizer.decode(ids));
      List<String> letters = ByteLetters.of(text);
      assertEquals(
          String.join("", letters),
          String.join("", Arrays.stream(ids).mapToObj(PAIRS.tokens()::get).toList()));
    }
  }

  @Test
  void theTokenizerJoinsWhatWasLearned() throws IOException {
    String text = TEXT.substring(0, 5000);
    List<String> slow = new ArrayList<>();
    for (String word : text.split("(?=[ \n])|(?<=[a-zA-Z])(?=[.,;?])")) {
      slow.addAll(slowly(ByteLetters.of(word)));
    }
    try (Tokenizer tokenizer = open(PAIRS)) {
      int[] ids = tokenizer.encode(text, null, Integer.MAX_VALUE).ids();
      assertEquals(slow, Arrays.stream(ids).mapToObj(PAIRS.tokens()::get).toList());
      assertTrue(ids.length < 0.6 * text.length(), ids.length + " tokens");
    }
  }

  @Test
  void theEndIsOneToken() throws IOException {
    try (Tokenizer tokenizer = open(PAIRS)) {
      int[] ids = tokenizer.encode(BytePairs.END, null, Integer.MAX_VALUE).ids();
      assertArrayEquals(new int[] {399}, ids);
    }
  }

  @Test
  void lettersAreOneForEachByteAndNoneIsASpace() {
    assertEquals(256, new HashSet<>(ByteLetters.all()).size());
    assertFalse(ByteLetters.all().stream().anyMatch(letter -> letter.isBlank()));
    assertEquals(List.of("Ġ", "a", "Ċ", "Ã", "¤"), ByteLetters.of(" a\n\u00e4"));
    String ascii =
        IntStream.range('!', 127).mapToObj(Character::toString).reduce("", String::concat);
    assertEquals(ascii, String.join("", ByteLetters.of(ascii)));
  }
}
