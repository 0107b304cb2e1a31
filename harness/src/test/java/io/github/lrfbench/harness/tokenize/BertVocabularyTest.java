package io.github.lrfbench.harness.tokenize;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** BERT from {@code vocab.txt}; the ids of bert-base-uncased are those of transformers 5.23. */
class BertVocabularyTest {
  @TempDir Path folder;

  @Test
  void encodesAsTransformersDoes() {
    try (Tokenizer tokenizer = bertBase()) {
      assertEquals(30522, tokenizer.vocabularySize());
      assertIds(tokenizer, "Hello, world!", 101, 7592, 1010, 2088, 999, 102);
      assertIds(
          tokenizer, "Ünïcödé naïve CAFÉ Ångström", 101, 27260, 15743, 7668, 17076, 15687, 102);
      assertIds(tokenizer, "日本語 and 東京tower", 101, 1864, 1876, 1950, 1998, 1879, 1755, 3578, 102);
      assertIds(
          tokenizer,
          "unaffable unbelievably",
          101,
          14477,
          20961,
          3468,
          4895,
          8671,
          2666,
          3567,
          6321,
          102);
      assertIds(tokenizer, "a".repeat(101) + " b", 101, 100, 1038, 102);
      assertIds(tokenizer, "😀 ok", 101, 100, 7929, 102);
      assertIds(tokenizer, "", 101, 102);
      assertIds(tokenizer, "  \t\n ", 101, 102);
      assertIds(tokenizer, "[MASK] in [SEP] x", 101, 103, 1999, 102, 1060, 102);
      assertIds(tokenizer, "don't stop—now", 101, 2123, 1005, 1056, 2644, 1517, 2085, 102);
      assertIds(tokenizer, "a\0b\u200bc\u00a0d ﬁ", 101, 5925, 1040, 1984, 102);
    }
  }

  @Test
  void pairsHaveTwoSegments() {
    try (Tokenizer tokenizer = bertBase()) {
      TokenSequence pair = tokenizer.encode("The cat sat.", "It purred loudly!", 128);
      assertArrayEquals(
          new int[] {101, 1996, 4937, 2938, 1012, 102, 2009, 16405, 20529, 9928, 999, 102},
          pair.ids());
      assertArrayEquals(new int[] {0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1}, pair.types());
      assertArrayEquals(new int[] {101, 102, 102}, tokenizer.encode("", "", 128).ids());
    }
  }

  @Test
  void longTextsAreCut() {
    try (Tokenizer tokenizer = bertBase()) {
      int[] ids = tokenizer.encode("word ".repeat(1000), null, 128).ids();
      assertEquals(128, ids.length);
      assertEquals(101, ids[0]);
      assertEquals(102, ids[127]);
      assertTrue(Arrays.stream(ids, 1, 127).allMatch(id -> id == 2773));
    }
  }

  @Test
  void wordsBecomeTheLongestPieces() throws IOException {
    TokenizerFiles.write(folder, "vocab.txt", TokenizerFiles.WORDS);
    try (Tokenizer tokenizer = Tokenizers.open(folder, TokenizerFiles.config("bert", 16))) {
      assertEquals(16, tokenizer.vocabularySize());
      assertIds(tokenizer, "Hello unab!", 2, 5, 9, 10, 11, 15, 3);
      assertIds(tokenizer, "café", 2, 13, 3);
      assertIds(tokenizer, "unx [MASK]", 2, 1, 4, 3);
    }
  }

  @Test
  void settingsChangeTheNormalizerAndTheSpecialTokens() throws IOException {
    TokenizerFiles.write(
        folder, "vocab.txt", TokenizerFiles.WORDS.replace("[CLS]", "<s>").replace("[UNK]", "?"));
    TokenizerFiles.write(folder, "tokenizer_config.json", "{\"do_lower_case\": false}");
    TokenizerFiles.write(
        folder,
        "special_tokens_map.json",
        "{\"cls_token\": {\"content\": \"<s>\", \"lstrip\": false}, \"unk_token\": \"?\"}");
    try (Tokenizer tokenizer = Tokenizers.open(folder, TokenizerFiles.config())) {
      assertIds(tokenizer, "Hello café x", 2, 12, 14, 1, 3);
    }
  }

  @Test
  void linesMayEndInTheWaysOfAllSystems() throws IOException {
    TokenizerFiles.write(folder, "vocab.txt", TokenizerFiles.WORDS.strip().replace("\n", "\r\n"));
    try (Tokenizer tokenizer = Tokenizers.open(folder, TokenizerFiles.config())) {
      assertEquals(16, tokenizer.vocabularySize());
      assertIds(tokenizer, "hello!", 2, 5, 15, 3);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n\n", "[UNK]\n[CLS]\n", "[CLS]\n[SEP]\nhello\n", "{\"a\": 1}"})
  void vocabulariesWithoutTheSpecialTokensAreRefused(String text) throws IOException {
    TokenizerFiles.write(folder, "vocab.txt", text);
    assertRefused("the vocabulary has no token '[");
  }

  @Test
  void vocabulariesThatAreNotUtf8AreRefused() throws IOException {
    Files.write(folder.resolve("vocab.txt"), new byte[] {'a', (byte) 0xff, '\n'});
    assertRefused("is not UTF-8 text");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"do_lower_case\": 1}|do_lower_case' must be true or false",
        "{\"cls_token\": 1}|cls_token' must be a string",
        "{\"cls_token\": {}}|cls_token.content' is missing",
        "{|is no valid JSON",
        "[]|holds no JSON object"
      })
  void brokenSettingsAreRefused(String json, String fault) throws IOException {
    TokenizerFiles.write(folder, "vocab.txt", TokenizerFiles.WORDS);
    TokenizerFiles.write(folder, "tokenizer_config.json", json);
    assertRefused(fault);
  }

  private void assertRefused(String fault) {
    String message =
        assertThrows(InputException.class, () -> Tokenizers.open(folder, TokenizerFiles.config()))
            .getMessage();
    assertTrue(message.startsWith(folder.toString()) && message.contains(fault), message);
    assertEquals(1, message.lines().count(), message);
  }

  private static Tokenizer bertBase() {
    Path vocabulary = TestData.require("tokenizers/bert-base-uncased/vocab.txt");
    return Tokenizers.open(vocabulary.getParent(), TokenizerFiles.config("bert", 30522));
  }

  private static void assertIds(Tokenizer tokenizer, String text, int... expected) {
    TokenSequence sequence = tokenizer.encode(text, null, 128);
    assertArrayEquals(expected, sequence.ids(), text);
    assertArrayEquals(new int[expected.length], sequence.types(), text);
  }
}
