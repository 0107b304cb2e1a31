package io.github.lrfbench.harness.tokenize;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.input.Notes;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Files of tokenizers in all their forms: the ids and types in {@code cases.json} are those of
 * {@code AutoTokenizer} in transformers 5.24.
 */
class TransformersTokenizersTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String PYTHON =
      Objects.requireNonNullElse(System.getenv("LRFBENCH_PYTHON"), "python3");

  private static final String SCRIPT =
      """
      import json, sys, pathlib
      from transformers import AutoTokenizer
      for case in json.load(open(sys.argv[1], encoding="utf-8")):
          tokenizer = AutoTokenizer.from_pretrained(case["folder"])
          for e in case["encodings"]:
              given = tokenizer(e["text"], e["pair"]) if e["pair"] else tokenizer(e["text"])
              ids = given["input_ids"]
              assert ids == e["ids"], (case["name"], e, ids)
              assert given.get("token_type_ids", [0] * len(ids)) == e["types"], (case["name"], e)
      """;

  @TempDir private Path folder;

  static Stream<JsonNode> cases() throws IOException {
    return StreamSupport.stream(all().get("cases").spliterator(), false);
  }

  private static JsonNode all() throws IOException {
    try (InputStream stream = TransformersTokenizersTest.class.getResourceAsStream("cases.json")) {
      return MAPPER.readTree(stream);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void idsAreThoseOfTransformers(JsonNode example) throws IOException {
    write(folder, example);
    String name = example.get("base").asText() + ": " + example.get("name").asText();
    JsonNode config = MAPPER.readTree(folder.resolve("config.json").toFile());
    try (Tokenizer tokenizer = Tokenizers.open(folder, config)) {
      for (JsonNode expected : example.get("encodings")) {
        TokenSequence sequence =
            tokenizer.encode(
                expected.get("text").asText(), expected.get("pair").textValue(), Integer.MAX_VALUE);
        assertArrayEquals(ints(expected.get("ids")), sequence.ids(), name + expected);
        assertArrayEquals(ints(expected.get("types")), sequence.types(), name + expected);
      }
    }
  }

  @Test
  void transformersStillGivesThem() throws Exception {
    assumeTrue(
        python("-c", "import transformers; assert transformers.__version__ >= '5.24'").isEmpty(),
        PYTHON + " has no transformers 5.24; LRFBENCH_PYTHON may name one that has");
    List<JsonNode> cases = cases().toList();
    for (int i = 0; i < cases.size(); i++) {
      Path directory = Files.createDirectory(folder.resolve("case-" + i));
      write(directory, cases.get(i));
      ((ObjectNode) cases.get(i)).put("folder", directory.toString());
    }
    Path json = Files.writeString(folder.resolve("cases.json"), MAPPER.writeValueAsString(cases));
    assertEquals("", python("-c", SCRIPT, json.toString()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"split_special_tokens\": true}|'split_special_tokens' is 'true', which is not supported",
        "{\"tokenizer_class\": \"BertJapaneseTokenizer\"}|'tokenizer_class' is",
        "{\"tokenizer_class\": \"RobertaTokenizer\"}|RobertaTokenizer needs tokenizer.json, vocab",
        "{\"tokenizer_class\": \"PreTrainedTokenizerFast\"}|TokenizerFast needs tokenizer.json",
        "{\"auto_map\": {\"AutoTokenizer\": [\"a.B\", null]}}|'auto_map' is",
        "{\"cls_token\": null}|'cls_token' must not be empty",
        "{\"unk_token\": \"\"}|'unk_token' must not be empty",
        "{\"do_lower_case\": null}|'do_lower_case' must be true or false",
        "{\"strip_accents\": \"no\"}|'strip_accents' must be true or false",
        "{\"padding_side\": \"both\"}|'padding_side' is",
        "{\"truncation_side\": \"both\"}|'truncation_side' must be 'left' or 'right'",
        "{\"model_max_length\": 0}|'model_max_length' must be at least 1",
        "{\"model_max_length\": \"x\"}|'model_max_length' must be a number",
        "{\"model_input_names\": [\"input_ids\"]}|must hold 'input_ids' and 'attention_mask'",
        "{\"added_tokens_decoder\": null}|'added_tokens_decoder' must be an object",
        "{\"added_tokens_decoder\": {\"x\": {}}}|'added_tokens_decoder.x' is no id of a token",
        "{\"added_tokens_decoder\": {\"5\": {}}}|'added_tokens_decoder.5.content' is missing",
        "{\"additional_special_tokens\": [1]}|'additional_special_tokens[0]' must be an object",
        "{\"vocab\": {\"a\": 1}}|'vocab' is"
      })
  void whatIsNotSupportedIsNamed(String json, String fault) throws IOException {
    write(folder, cases().findFirst().orElseThrow());
    TokenizerFiles.write(folder, "tokenizer_config.json", json);
    assertTrue(refusal("bert", 64).contains(fault), refusal("bert", 64));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "special_tokens_map.json|{\"pad_token\": 3}|'pad_token' must be a string",
        "added_tokens.json|{\"x\": \"30\"}|'x' must be an index",
        "added_tokens.json|{\"x\": -3}|'x' must be an index",
        "added_tokens.json|{\"\\u0000\\u0301\": 30}|no character that a normalizer leaves",
        "added_tokens.json|[]|holds no JSON object",
        "added_tokens.json|{\"x\": 24, \"y\": 25}|26 tokens, but the model only 25"
      })
  void brokenFilesAreNamed(String name, String json, String fault) throws IOException {
    write(folder, cases().findFirst().orElseThrow());
    TokenizerFiles.write(folder, name, json);
    assertTrue(refusal("bert", 25).contains(fault), refusal("bert", 25));
  }

  /** A token that a directory only names needs no embedding until a text has it. */
  @Test
  void namedTokensMayLieBeyondTheModel() throws IOException {
    write(folder, cases().findFirst().orElseThrow());
    TokenizerFiles.write(folder, "tokenizer_config.json", "{\"pad_token\": \"[P]\"}");
    JsonNode config = TokenizerFiles.config("bert", 24);
    try (Tokenizer tokenizer = Tokenizers.open(folder, config)) {
      assertEquals(24, tokenizer.vocabularySize());
      String message =
          assertThrows(InputException.class, () -> tokenizer.encode("a [P]", null, 9)).getMessage();
      assertTrue(message.endsWith("yields the id 24, but there are only 24 embeddings"), message);
    }
  }

  @Test
  void notesNameWhatIsPassedOver() throws IOException {
    write(folder, cases().findFirst().orElseThrow());
    TokenizerFiles.write(
        folder,
        "tokenizer_config.json",
        "{\"never_split\": [\"x\"], \"do_basic_tokenize\": true, \"odd\": 1, \"name_or_path\": 2}");
    TokenizerFiles.write(folder, "added_tokens.json", "{\"new\": 40}");
    Notes notes = new Notes();
    Tokenizers.open(folder, TokenizerFiles.config("bert", 64), false, notes).close();
    assertEquals(
        List.of(
            folder + "/tokenizer_config.json: passes over the unknown key 'odd'",
            folder + "/tokenizer_config.json: passes over 'never_split', as transformers 5 does",
            folder + ": the token 'new' should have the id 40, but has 24, as in transformers"),
        notes.lines());
  }

  @ParameterizedTest
  @CsvSource({"100, 100", "1e30, 2147483647", "1000000000000000019884624838656, 2147483647"})
  void theLengthIsTheOwners(String given, int length) throws IOException {
    write(folder, cases().findFirst().orElseThrow());
    TokenizerFiles.write(folder, "tokenizer_config.json", "{\"model_max_length\": " + given + "}");
    try (Tokenizer tokenizer = Tokenizers.open(folder, TokenizerFiles.config("bert", 64))) {
      assertEquals(length, tokenizer.maxLength());
    }
  }

  private String refusal(String type, int size) {
    String message =
        assertThrows(
                InputException.class,
                () -> Tokenizers.open(folder, TokenizerFiles.config(type, size)))
            .getMessage();
    assertTrue(message.startsWith(folder.toString()), message);
    assertEquals(1, message.lines().count(), message);
    return message;
  }

  private static void write(Path directory, JsonNode example) throws IOException {
    JsonNode base = all().get("bases").get(example.get("base").asText());
    for (Map.Entry<String, JsonNode> file : base.properties()) {
      if (!example.get("without").toString().contains('"' + file.getKey() + '"')) {
        write(directory, file);
      }
    }
    for (Map.Entry<String, JsonNode> file : example.get("files").properties()) {
      write(directory, file);
    }
  }

  private static void write(Path directory, Map.Entry<String, JsonNode> file) throws IOException {
    JsonNode value = file.getValue();
    String text = value.isTextual() ? value.textValue() : value.toString();
    TokenizerFiles.write(directory, file.getKey(), text);
  }

  private static int[] ints(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).mapToInt(JsonNode::intValue).toArray();
  }

  /** What a Python program says where it fails; nothing where it does not. */
  private static String python(String... arguments) throws InterruptedException {
    try {
      ProcessBuilder builder = new ProcessBuilder(PYTHON);
      builder.command().addAll(List.of(arguments));
      builder.environment().put("TOKENIZERS_PARALLELISM", "false");
      Process process = builder.redirectErrorStream(true).start();
      String said =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return process.waitFor() == 0 ? "" : said + " ";
    } catch (IOException e) {
      return "there is no " + PYTHON;
    }
  }
}
