package io.github.lrfbench.harness.tokenize;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

  private static final Map<String, String> SETTINGS =
      Map.of(
          "tokenizer_config.json",
          "{\"do_lower_case\":true,\"strip_accents\":null,\"add_prefix_space\":true,"
              + "\"add_bos_token\":true,\"bos_token\":\"a\",\"model_max_length\":512,"
              + "\"extra_special_tokens\":[\"x\",{\"__type\":\"AddedToken\",\"content\":\"y\"}],"
              + "\"model_input_names\":[\"input_ids\",\"attention_mask\"],\"own_token\":\"o\"}",
          "special_tokens_map.json",
          "{\"pad_token\":{\"content\":\"[PAD]\",\"lstrip\":true,\"normalized\":true},"
              + "\"mask_token\":\"m\",\"additional_special_tokens\":[\"z\"]}",
          "added_tokens.json",
          "{\"hell\":20,\"x y\":21}");

  private static final Map<String, String> VOCABULARIES =
      Map.of(
          "vocab.txt",
          TokenizerFiles.WORDS,
          "vocab.json",
          "{\"<s>\":0,\"</s>\":1,\"h\":2,\"e\":3,\"he\":4,\"Ġ\":5}",
          "merges.txt",
          "#version: 0.2\nh e\n");

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {TokenizerFiles.WORD_PIECE, TokenizerFiles.BYTE_PAIRS})
  void onlyClearErrors(String valid) throws IOException {
    int opened = 0;
    for (int seed = 0; seed < MUTANTS; seed++) {
      Path file = folder.resolve("tokenizer.json");
      Files.deleteIfExists(file);
      Files.writeString(file, mutate(valid, new Random(seed)));
      opened += opens(TokenizerFiles.config()) ? 1 : 0;
    }
    assertTrue(opened > MUTANTS / 50 && opened < MUTANTS / 2, opened + " were opened");
  }

  @ParameterizedTest
  @CsvSource({"bert", "roberta", "gpt2"})
  void onlyClearErrorsFromSeveralFiles(String type) throws IOException {
    ObjectNode config = TokenizerFiles.config().put("model_type", type).put("vocab_size", 40);
    int opened = 0;
    for (int seed = 0; seed < MUTANTS; seed++) {
      Random random = new Random(seed);
      Map<String, String> files = new TreeMap<>(SETTINGS);
      files.putAll(VOCABULARIES);
      if (seed % 2 == 0) {
        files.put(
            "tokenizer.json",
            type.equals("bert") ? TokenizerFiles.WORD_PIECE : TokenizerFiles.BYTE_PAIRS);
      }
      List<String> names = List.copyOf(files.keySet());
      String name = names.get(random.nextInt(names.size()));
      files.put(name, mutate(files.get(name), random));
      Files.deleteIfExists(folder.resolve("tokenizer.json"));
      for (Map.Entry<String, String> file : files.entrySet()) {
        TokenizerFiles.write(folder, file.getKey(), file.getValue());
      }
      opened += opens(config) ? 1 : 0;
    }
    assertTrue(opened > MUTANTS / 50 && opened < MUTANTS, opened + " were opened");
  }

  private boolean opens(JsonNode config) {
    try (Tokenizer tokenizer = Tokenizers.open(folder, config)) {
      for (String text : TEXTS) {
        tokenizer.decode(tokenizer.encode(text, null, 20).ids());
        tokenizer.encode(text, "hello", 20);
      }
      return true;
    } catch (InputException e) {
      assertEquals(1, e.getMessage().lines().count(), e.getMessage());
      return false;
    }
  }

  private static String mutate(String valid, Random random) {
    String text = valid;
    for (int i = random.nextInt(2); i >= 0; i--) {
      Matcher values = VALUE.matcher(text);
      int count = (int) values.results().count();
      if (count == 0) {
        int cut = random.nextInt(text.length());
        text = text.substring(0, cut) + text.substring(Math.min(text.length(), cut + 3));
        continue;
      }
      int skipped = random.nextInt(count);
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
