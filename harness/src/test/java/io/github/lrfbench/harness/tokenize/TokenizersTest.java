package io.github.lrfbench.harness.tokenize;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.input.Notes;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizersTest {
  private static final int SPECIALS = 3;

  @TempDir Path folder;

  @Test
  void theFilesOwnTruncationAndPaddingDoNotCount() throws IOException {
    try (Tokenizer tokenizer = open(TokenizerFiles.WORD_PIECE)) {
      assertArrayEquals(
          new int[] {2, 4, 5, 7, 5, 6, 3}, tokenizer.encode("Hello a b ab", null, 100).ids());
      assertArrayEquals(new int[] {2, 3}, tokenizer.encode("", null, 100).ids());
    }
    try (Tokenizer tokenizer = open(TokenizerFiles.BYTE_PAIRS)) {
      assertArrayEquals(
          new int[] {0, 8, 5, 12, 1, 1, 11, 13, 1}, tokenizer.encode("hello a", "b b", 100).ids());
    }
  }

  /** Cut to equal lengths; an odd token stays with the longer text, in a tie with the second. */
  @Test
  void theLongerTextOfAPairIsCut() throws IOException {
    Random random = new Random(1);
    TokenizerFiles.write(folder, "tokenizer.json", TokenizerFiles.WORD_PIECE);
    try (Tokenizer tokenizer = Tokenizers.open(folder, TokenizerFiles.config("bert", 8))) {
      for (int i = 0; i < 2000; i++) {
        int first = random.nextInt(30);
        int second = random.nextInt(30);
        int room = 1 + random.nextInt(60);
        TokenSequence pair =
            tokenizer.encode("a ".repeat(first), "b ".repeat(second), room + SPECIALS);
        int left = first;
        int right = second;
        while (left + right > room) {
          boolean cutFirst = left > right || left == right && first <= second;
          left -= cutFirst ? 1 : 0;
          right -= cutFirst ? 0 : 1;
        }
        String lengths = first + " and " + second + " in " + room;
        assertEquals(left, count(pair.ids(), 5), lengths);
        assertEquals(right, count(pair.ids(), 7), lengths);
        assertEquals(right + 1, count(pair.types(), 1), lengths);
        assertEquals(left + right + SPECIALS, pair.length(), lengths);
      }
    }
  }

  @Test
  void textsLoseTheirBeginningWhereTheSettingsSaySo() throws IOException {
    TokenizerFiles.write(folder, "tokenizer_config.json", "{\"truncation_side\": \"left\"}");
    try (Tokenizer tokenizer = open(TokenizerFiles.WORD_PIECE)) {
      assertArrayEquals(new int[] {2, 5, 7, 3}, tokenizer.encode("hello a b", null, 4).ids());
    }
  }

  @Test
  void lengthsWithoutRoomAreRefused() throws IOException {
    try (Tokenizer tokenizer = open(TokenizerFiles.WORD_PIECE)) {
      assertEquals(3, tokenizer.encode("a b", null, 3).length());
      for (int length : new int[] {2, 0, -1, Integer.MIN_VALUE}) {
        assertThrows(InputException.class, () -> tokenizer.encode("a b", null, length));
      }
      assertEquals(4, tokenizer.encode("a b", "a b", 4).length());
      assertThrows(InputException.class, () -> tokenizer.encode("a b", "a b", 3));
      assertEquals(4, tokenizer.encode("a b", null, Integer.MAX_VALUE).length());
    }
  }

  @Test
  void threadsMayShareATokenizer() throws IOException {
    try (Tokenizer tokenizer = open(TokenizerFiles.WORD_PIECE)) {
      IntStream.range(0, 2000)
          .parallel()
          .forEach(
              i -> {
                int length = 3 + i % 20;
                assertEquals(length, tokenizer.encode("a ".repeat(40), null, length).length());
              });
    }
  }

  @Test
  void brokenSurrogatesAndControlCharactersDoNoHarm() throws IOException {
    try (Tokenizer tokenizer = open(TokenizerFiles.BYTE_PAIRS)) {
      for (String text : new String[] {"\ud800", "a\udc00b", "\ud83d", "\0", "\uffff", "\u0007"}) {
        assertTrue(tokenizer.encode(text, text, 100).length() >= 4);
      }
    }
  }

  @Test
  void aClosedTokenizerIsNotUsed() throws IOException {
    Tokenizer tokenizer = open(TokenizerFiles.WORD_PIECE);
    tokenizer.close();
    tokenizer.close();
    assertThrows(IllegalStateException.class, () -> tokenizer.encode("a", null, 100));
  }

  @Test
  void aVocabularyLargerThanTheModelsIsRefused() throws IOException {
    TokenizerFiles.write(folder, "tokenizer.json", TokenizerFiles.WORD_PIECE);
    Tokenizers.open(folder, TokenizerFiles.config("bert", 8)).close();
    String message =
        assertThrows(
                InputException.class,
                () -> Tokenizers.open(folder, TokenizerFiles.config("bert", 7)))
            .getMessage();
    assertTrue(message.endsWith("the tokenizer has 8 tokens, but the model only 7"), message);
  }

  @Test
  void aDirectoryWithoutATokenizerIsRefused() {
    assertThrows(InputException.class, () -> Tokenizers.open(folder, TokenizerFiles.config()));
  }

  /** Several of these end the process if they reach the native library. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"version\"|[",
        "\"vocab\":{|\"vocab\":[",
        "\"type\":\"WordPiece\",\"unk|\"type\":\"Unigram\",\"unk",
        "\"unk_token\":\"[UNK]\"|\"unk_token\":\"[NONE]\"",
        "\"BertNormalizer\"|\"Precompiled\"",
        "\"BertPreTokenizer\"|\"Metaspace\",\"replacement\":\"_\"",
        "\"TemplateProcessing\"|\"Other\"",
        "\"[SEP]\":{\"id\"|\"[SOP]\":{\"id\"",
        "{\"id\":\"[SEP]\",\"type_id\":1}|{\"id\":\"[SOP]\",\"type_id\":1}",
        "\"ids\":[2]|\"ids\":[2,3]",
        "\"ids\":[2]|\"ids\":[8]",
        "\"id\":\"B\"|\"id\":\"A\"",
        "\"id\":\"B\"|\"id\":\"C\"",
        "\"single\":[|\"single\":[{},",
        "\"single\":[|\"single\":[1,",
        "\"content\":\"[PAD]\"|\"content\":1",
        "\"hello\":4|\"hello\":-4",
        "\"hello\":4|\"hello\":4294967296",
        "\"lowercase\":true|\"lowercase\":\"yes\"",
        "\"max_input_chars_per_word\":100|\"max_input_chars_per_word\":1001"
      })
  void malformedTokenizersAreRefused(String part, String replacement) throws IOException {
    assertTrue(TokenizerFiles.WORD_PIECE.contains(part), part);
    String json = TokenizerFiles.WORD_PIECE.replace(part, replacement);
    String message = assertThrows(InputException.class, () -> open(json)).getMessage();
    assertTrue(message.startsWith(folder.resolve("tokenizer.json").toString()), message);
    assertEquals(1, message.lines().count(), message);
  }

  @Test
  void specialTokensAreNotAddedTwice() throws IOException {
    String bert = "{\"type\":\"BertProcessing\",\"sep\":[\"[SEP]\",3],\"cls\":[\"[CLS]\",2]}";
    String bytes = "{\"type\":\"ByteLevel\"}";
    for (String parts : new String[] {bert, bytes + "," + bert, bert + "," + bytes}) {
      try (Tokenizer tokenizer = open(processors(parts))) {
        assertArrayEquals(new int[] {2, 5, 3}, tokenizer.encode("a", null, 9).ids(), parts);
        assertArrayEquals(new int[] {2, 5, 3, 7, 3}, tokenizer.encode("a", "b", 9).ids(), parts);
      }
    }
    String message =
        assertThrows(InputException.class, () -> open(processors(bert + "," + bert))).getMessage();
    assertTrue(message.endsWith("'post_processor.processors' adds special tokens twice"), message);
    // Also by a class that puts its own tokens around texts.
    TokenizerFiles.write(
        folder, "tokenizer_config.json", "{\"tokenizer_class\": \"BertTokenizer\"}");
    assertEquals(
        message,
        assertThrows(InputException.class, () -> open(processors(bert + "," + bert))).getMessage());
  }

  private static String processors(String parts) {
    String processor = "\"post_processor\":{\"type\":\"Sequence\",\"processors\":[" + parts + "]},";
    return TokenizerFiles.WORD_PIECE
        .replaceFirst("(?s)\"post_processor\".*\"decoder\"", "\"decoder\"")
        .replace("\"decoder\"", processor + "\"decoder\"");
  }

  /** Two texts of this size once took more than the native library could have. */
  @Test
  void pairsOfLongTextsAreCut() throws IOException {
    try (Tokenizer tokenizer = open(TokenizerFiles.WORD_PIECE)) {
      int[] ids = tokenizer.encode("hello ".repeat(50_000), "a ".repeat(50_000), 16).ids();
      assertEquals(16, ids.length);
      assertEquals(7, count(ids, 5));
      assertEquals(6, count(ids, 4));
    }
  }

  @Test
  void addedTokensOfEndlessLengthAreRefused() throws IOException {
    String json = TokenizerFiles.WORD_PIECE.replace("\"content\":\"[PAD]\"", "\"content\":\"%s\"");
    open(json.formatted("x".repeat(1000))).close();
    String message =
        assertThrows(InputException.class, () -> open(json.formatted("x".repeat(1001))))
            .getMessage();
    assertTrue(message.endsWith("1001 characters; at most 1000 are supported"), message);
  }

  /** Without a normalizer every token is found, as those for indentation in code are. */
  @Test
  void addedTokensMayBeOfBlanksWhereNothingIsNormalized() throws IOException {
    String json =
        TokenizerFiles.BYTE_PAIRS.replace(
            "\"added_tokens\":[", "\"added_tokens\":[{\"id\":14,\"content\":\"\\t\\t\"},");
    try (Tokenizer tokenizer = open(json)) {
      assertArrayEquals(new int[] {0, 10, 14, 11, 1}, tokenizer.encode("a\t\tb", null, 9).ids());
    }
  }

  /**
   * As sentence-transformers has it: by a normalizer, so that special tokens stay what they are.
   */
  @Test
  void lettersBecomeSmallButForSpecialTokens() throws IOException {
    String cased = TokenizerFiles.WORD_PIECE.replace("\"lowercase\":true", "\"lowercase\":false");
    TokenizerFiles.write(folder, "tokenizer.json", cased);
    for (boolean lower : new boolean[] {false, true}) {
      try (Tokenizer tokenizer =
          Tokenizers.open(folder, TokenizerFiles.config(), lower, new Notes())) {
        int[] expected = lower ? new int[] {2, 0, 5, 1, 3} : new int[] {2, 0, 1, 1, 3};
        assertArrayEquals(
            expected, Arrays.stream(tokenizer.encode("[PAD] A [", null, 9).ids()).toArray());
        assertEquals(lower ? 4 : 1, tokenizer.encode("HELLO", null, 9).ids()[1]);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"merges\":[1]",
        "\"merges\":[[\"h\"]]",
        "\"merges\":[\"h e\",[\"l\",\"l\"]]",
        "\"merges\":[\"h x\"]",
        "\"merges\":[\"h\"]",
        "\"merges\":[\"h e l\"]",
        "\"merges\":{}",
        "\"merges\":[],\"dropout\":0.1",
        "\"merges\":[],\"continuing_subword_prefix\":\"##\"",
        "\"merges\":[],\"unk_token\":\"[UNK]\""
      })
  void malformedBytePairsAreRefused(String merges) {
    String json =
        "{\"model\":{\"type\":\"BPE\",\"vocab\":{\"h\":0,\"e\":1,\"l\":2,\"he\":3,\"ll\":4},"
            + merges
            + "}}";
    assertThrows(InputException.class, () -> open(json));
  }

  @Test
  void mergesMayBeArrays() throws IOException {
    String json =
        "{\"model\":{\"type\":\"BPE\",\"vocab\":{\"h\":0,\"e\":1,\"he\":2},"
            + "\"merges\":[[\"h\",\"e\"]]}}";
    try (Tokenizer tokenizer = open(json)) {
      assertArrayEquals(new int[] {2, 0}, tokenizer.encode("heh", null, 100).ids());
    }
  }

  private Tokenizer open(String json) throws IOException {
    TokenizerFiles.write(folder, "tokenizer.json", json);
    return Tokenizers.open(folder, TokenizerFiles.config());
  }

  private static int count(int[] values, int value) {
    return (int) Arrays.stream(values).filter(v -> v == value).count();
  }
}
