package io.github.lrfbench.harness.tokenize;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Mutated tokenizers work or are refused in one line; the native library never ends the process.
 */
class TokenizerFuzzTest {
  private static final int MUTANTS = 1000;
  private static final Pattern VALUE =
      Pattern.compile("\"[^\"]*\"|\\d+|null|true|false|\\[[^\\[\\]{}]*]|\\{[^{}\\[\\]]*}");
  private static final String[] FRAGMENTS = {
    "null",
    "true",
    "0",
    "-1",
    "7",
    "4294967296",
    "1e9",
    "\"\"",
    "\"a\"",
    "\"A\"",
    "\"[UNK]\"",
    "\"type\"",
    "\"id\"",
    "[]",
    "{}",
    "[[]]",
    "\"\\u0000\"",
    "\"Sequence\"",
    "\"BPE\"",
    "{\"type\":\"NFKC\"}",
    "{\"type\":\"Sequence\",\"normalizers\":[]}",
    "{\"type\":\"ByteLevel\"}",
    "{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"AAAA\"}",
    "[\"a\",\"b\"]"
  };
  private static final String[] TEXTS = {"", "hello a b", "😀 é 一 x\0y", "[CLS] </s>  "};

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {TokenizerFiles.WORD_PIECE, TokenizerFiles.BYTE_PAIRS})
  void onlyClearErrors(String valid) throws IOException {
    int opened = 0;
    for (int seed = 0; seed < MUTANTS; seed++) {
      Path file = folder.resolve("tokenizer.json");
      Files.deleteIfExists(file);
      Files.writeString(file, mutate(valid, new Random(seed)));
      try (Tokenizer tokenizer = Tokenizers.open(folder, TokenizerFiles.config())) {
        opened++;
        for (String text : TEXTS) {
          tokenizer.encode(text, null, 20);
          tokenizer.encode(text, "hello", 20);
        }
      } catch (InputException e) {
        assertEquals(1, e.getMessage().lines().count(), e.getMessage());
      }
    }
    assertTrue(opened > MUTANTS / 50 && opened < MUTANTS / 2, opened + " were opened");
  }

  private static String mutate(String valid, Random random) {
    String text = valid;
    for (int i = random.nextInt(2); i >= 0; i--) {
      Matcher values = VALUE.matcher(text);
      int skipped = random.nextInt((int) values.results().count());
      values.reset();
      for (int j = 0; j <= skipped; j++) {
        values.find();
      }
      String fragment = FRAGMENTS[random.nextInt(FRAGMENTS.length)];
      text = text.substring(0, values.start()) + fragment + text.substring(values.end());
    }
    return text;
  }
}
