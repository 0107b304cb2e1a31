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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RoBERTa and GPT-2; the ids of GPT-2 are those of transformers 5.23. */
class BytePairVocabularyTest {
  private static final String VOCABULARY =
      "{\"<s>\": 0, \"<pad>\": 1, \"</s>\": 2, \"<unk>\": 3, \"h\": 4, \"i\": 5, \"hi\": 6,"
          + " \"Ġ\": 7, \"Ġhi\": 8, \"<mask>\": 9}";
  private static final String MERGES = "#version: 0.2\nh i\nĠ hi\n";

  @TempDir Path folder;

  @Test
  void gpt2FromTokenizerJson() {
    Path directory = TestData.require("tokenizers/gpt2/tokenizer.json").getParent();
    try (Tokenizer tokenizer = Tokenizers.open(directory, TokenizerFiles.config("gpt2", 50257))) {
      assertEquals(50257, tokenizer.vocabularySize());
      assertGpt2(tokenizer);
    }
  }

  @ParameterizedTest
  @CsvSource({"vocab.json, merges.txt", "encoder.json, vocab.bpe"})
  void gpt2FromVocabularyAndMerges(String vocabulary, String merges) throws IOException {
    Path directory = TestData.require("tokenizers/gpt2");
    Files.copy(directory.resolve("encoder.json"), folder.resolve(vocabulary));
    Files.copy(directory.resolve("vocab.bpe"), folder.resolve(merges));
    try (Tokenizer tokenizer = Tokenizers.open(folder, TokenizerFiles.config("gpt2", 50257))) {
      assertEquals(50257, tokenizer.vocabularySize());
      assertGpt2(tokenizer);
      assertIds(tokenizer, "x<|endoftext|>", 87, 50256);
    }
  }

  @Test
  void aVocabularyIsNotLargerThanTheModels() throws IOException {
    write(VOCABULARY, MERGES);
    Tokenizers.open(folder, TokenizerFiles.config("gpt2", 11)).close();
    String message =
        assertThrows(
                InputException.class,
                () -> Tokenizers.open(folder, TokenizerFiles.config("gpt2", 9)))
            .getMessage();
    assertTrue(message.endsWith("10 tokens, but the model only 9"), message);
    assertEquals(1, message.lines().count(), message);
  }

  @Test
  void robertaPutsTwoSeparatorsBetweenTexts() throws IOException {
    write(VOCABULARY, MERGES);
    try (Tokenizer tokenizer = Tokenizers.open(folder, TokenizerFiles.config("roberta", 10))) {
      assertIds(tokenizer, "hi hi", 0, 6, 8, 2);
      assertIds(tokenizer, "hi <mask></s>i", 0, 6, 7, 9, 2, 5, 2);
      assertIds(tokenizer, "", 0, 2);
      TokenSequence pair = tokenizer.encode("hi", "i hi", 16);
      assertArrayEquals(new int[] {0, 6, 2, 2, 5, 8, 2}, pair.ids());
      assertArrayEquals(new int[7], pair.types());
    }
  }

  @Test
  void nothingCannotStandAroundTexts() throws IOException {
    write(VOCABULARY, MERGES);
    TokenizerFiles.write(
        folder, "tokenizer_config.json", "{\"add_bos_token\": true, \"bos_token\": \"\"}");
    String message =
        assertThrows(
                InputException.class,
                () -> Tokenizers.open(folder, TokenizerFiles.config("gpt2", 11)))
            .getMessage();
    assertTrue(message.endsWith("'add_bos_token' is true, but 'bos_token' is empty"), message);
  }

  @Test
  void aPrefixSpaceIsAddedWhereTheSettingsSaySo() throws IOException {
    write(VOCABULARY, MERGES);
    TokenizerFiles.write(folder, "tokenizer_config.json", "{\"add_prefix_space\": true}");
    try (Tokenizer tokenizer = Tokenizers.open(folder, TokenizerFiles.config("roberta", 10))) {
      assertIds(tokenizer, "hi hi", 0, 8, 8, 2);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"h", "h  i", "h i x", " i", "h ", "h x"})
  void brokenMergesAreRefused(String merge) throws IOException {
    write(VOCABULARY, merge);
    assertRefused();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{\"<s>\": 0}",
        "{\"<s>\": 0, \"</s>\": -1}",
        "{\"<s>\": 0, \"</s>\": \"1\"}",
        "{\"<s>\": 0, \"</s>\": 2147483647}",
        "{\"<s>\": 0, \"</s>\": 1.5}"
      })
  void brokenVocabulariesAreRefused(String json) throws IOException {
    write(json, "");
    assertRefused();
  }

  @Test
  void oneFileAloneIsNoTokenizer() throws IOException {
    TokenizerFiles.write(folder, "vocab.json", VOCABULARY);
    assertTrue(assertRefused().contains("holds no tokenizer"));
  }

  private void write(String vocabulary, String merges) throws IOException {
    TokenizerFiles.write(folder, "vocab.json", vocabulary);
    TokenizerFiles.write(folder, "merges.txt", merges);
  }

  private String assertRefused() {
    String message =
        assertThrows(InputException.class, () -> Tokenizers.open(folder, TokenizerFiles.config()))
            .getMessage();
    assertTrue(message.startsWith(folder.toString()), message);
    assertEquals(1, message.lines().count(), message);
    return message;
  }

  private static void assertGpt2(Tokenizer tokenizer) {
    assertIds(tokenizer, "Hello, world!", 15496, 11, 995, 0);
    assertIds(tokenizer, "don't stop—now", 9099, 470, 2245, 960, 2197);
    assertIds(tokenizer, "unaffable unbelievably", 403, 2001, 540, 48943);
    assertIds(tokenizer, "😀 ok", 47249, 222, 12876);
    assertIds(tokenizer, "");
    assertIds(tokenizer, "  \t\n ", 220, 220, 197, 198, 220);
    assertIds(tokenizer, "a\0b\u200bc\u00a0d ﬁ", 64, 188, 65, 9525, 66, 1849, 67, 27332, 105, 223);
  }

  private static void assertIds(Tokenizer tokenizer, String text, int... expected) {
    assertArrayEquals(expected, tokenizer.encode(text, null, 128).ids(), text);
  }
}
