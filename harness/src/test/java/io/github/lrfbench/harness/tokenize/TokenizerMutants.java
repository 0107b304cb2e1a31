package io.github.lrfbench.harness.tokenize;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
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

/** Damaged tokenizers, each made from a seed, and what is asked of them. */
public final class TokenizerMutants {
  /** The kinds of {@link #write}. */
  public static final List<String> KINDS =
      List.of("word pieces", "byte pairs", "bert", "roberta", "gpt2");

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
    "[\"a\",\"b\"]",
    "\"hello\"",
    "\"\\u0301\"",
    "\"\\u200d\\ufe0f\"",
    "\"\\ud83d\"",
    "\" \"",
    "\"\\t\\n\"",
    "\"##\"",
    "\"Ġ\"",
    "1000",
    "4294967295",
    "9223372036854775808",
    "{\"type\":\"WhitespaceSplit\"}",
    "{\"type\":\"StripAccents\"}",
    "{\"type\":\"ByteLevel\",\"use_regex\":false,\"add_prefix_space\":true}",
    "{\"id\":2,\"content\":\"a\",\"single_word\":true,\"lstrip\":true,\"rstrip\":true}",
    "{\"id\":9,\"content\":\" \\u00e9\",\"normalized\":true,\"special\":false}"
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

  private TokenizerMutants() {}

  /**
   * Writes a damaged tokenizer.
   *
   * @param folder what another call wrote there is replaced
   * @param kind a whole {@code tokenizer.json}, or the type of a model whose tokenizer lies in
   *     several files
   * @return what the model's configuration says
   */
  public static JsonNode write(Path folder, String kind, long seed) throws IOException {
    Random random = new Random(seed);
    Map<String, String> files = new TreeMap<>();
    boolean words = kind.equals("word pieces") || kind.equals("bert");
    String whole = words ? TokenizerFiles.WORD_PIECE : TokenizerFiles.BYTE_PAIRS;
    if (kind.contains(" ")) {
      files.put("tokenizer.json", whole);
    } else {
      files.putAll(SETTINGS);
      files.putAll(VOCABULARIES);
      if (seed % 2 == 0) {
        files.put("tokenizer.json", whole);
      }
    }
    List<String> names = List.copyOf(files.keySet());
    String name = names.get(random.nextInt(names.size()));
    files.put(name, mutate(files.get(name), random));
    Files.deleteIfExists(folder.resolve("tokenizer.json"));
    for (Map.Entry<String, String> file : files.entrySet()) {
      TokenizerFiles.write(folder, file.getKey(), file.getValue());
    }
    return kind.contains(" ")
        ? TokenizerFiles.config()
        : TokenizerFiles.config().put("model_type", kind).put("vocab_size", 40);
  }

  /** True if a tokenizer opens and reads texts; false if it is refused, in one line. */
  public static boolean opens(Path folder, JsonNode config, String... more) {
    try (Tokenizer tokenizer = Tokenizers.open(folder, config)) {
      for (String[] texts : List.of(TEXTS, more)) {
        for (String text : texts) {
          tokenizer.decode(tokenizer.encode(text, null, 20).ids());
          tokenizer.encode(text, "hello", 20);
        }
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
