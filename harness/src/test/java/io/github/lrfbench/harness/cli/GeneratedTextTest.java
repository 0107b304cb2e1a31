package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.kernels.TestData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The text that a user of {@code generate} sees is that of transformers, as {@code
 * benchmarks/peers/generate_torch.py} wrote it: bytes that make no character, line ends and accents
 * included.
 */
class GeneratedTextTest {
  private static final String RESOURCES = "/io/github/lrfbench/harness/generate/";

  @TempDir private Path folder;

  private Path model;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeEach
  void makeModel() throws IOException {
    Path golden = TestData.require("golden/gpt2-lm");
    model = Files.createDirectory(folder.resolve("model"));
    for (String name : List.of("config.json", "model.safetensors")) {
      Files.copy(golden.resolve(name), model.resolve(name));
    }
    for (String name : List.of("vocab.json", "merges.txt")) {
      Files.writeString(model.resolve(name), resource("tokenizer/" + name));
    }
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = GeneratedTextTest.class.getResourceAsStream(RESOURCES + name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static List<JsonNode> texts(String name) throws IOException {
    List<JsonNode> cases = new ArrayList<>();
    for (String line : resource("texts.jsonl").lines().toList()) {
      JsonNode text = new ObjectMapper().readTree(line);
      if (text.path("case").asText().equals(name)) {
        cases.add(text);
      }
    }
    assertFalse(cases.isEmpty());
    return cases;
  }

  @ParameterizedTest
  @CsvSource({"greedy, ''", "beam, --beams 3", "runs, --no-repeat-ngram 2"})
  void textsAreThoseOfTransformers(String name, String options) throws IOException {
    List<JsonNode> cases = texts(name);
    List<String> all = new ArrayList<>();
    for (JsonNode text : cases) {
      String prompt = text.path("prompt").asText();
      all.addAll(List.of("--prompt", prompt));
      assertEquals(
          text.path("text").asText() + "\n",
          generate("--prompt '" + prompt + "' --max-new-tokens 16 " + options));
    }
    all.addAll(List.of(("--max-new-tokens 16 " + options).strip().split(" ")));
    String lines =
        cases.stream()
            .map(text -> text.path("text").asText().replace("\n", "\\n") + "\n")
            .collect(Collectors.joining());
    assertEquals(lines, run(0, all));
  }

  @Test
  void theModelsConfigurationHoldsWhereNothingIsSaid() throws IOException {
    String greedy = generate("--prompt The --max-new-tokens 16");
    String beam = generate("--prompt The --max-new-tokens 16 --beams 3");
    assertNotEquals(greedy, beam);
    configure("{'max_new_tokens': 16, 'num_beams': 3, 'a field of tomorrow': {}, 'top_k': null}");
    assertEquals(beam, generate("--prompt The"));
    assertEquals(greedy, generate("--prompt The --beams 1"));
    assertEquals(greedy, generate("--prompt The --greedy"));
    String drawn = generate("--prompt The --top-k 5 --seed 3");
    configure("{'max_new_tokens': 16, 'do_sample': true, 'top_k': 5}");
    assertEquals(drawn, generate("--prompt The --seed 3"));
    assertEquals(greedy, generate("--prompt The --greedy"));
    assertEquals(beam, generate("--prompt The --beams 3"));
    assertEquals(greedy, generate("--prompt The --top-k 1"));
    // Drawn from 50 tokens, as transformers does where a file does not say from how many.
    configure("{'do_sample': true, 'temperature': 9.0, 'max_new_tokens': 16}");
    assertEquals(
        generate("--prompt The --top-k 50 --temperature 9"), generate("--prompt The --seed 0"));
    assertNotEquals(generate("--prompt The --top-k 0"), generate("--prompt The"));
    configure("{'no_repeat_ngram_size': 2, 'do_sample': false, 'temperature': 0.5}");
    String once = texts("runs").get(2).path("text").asText() + "\n";
    assertEquals(once, generate("--prompt The --max-new-tokens 16"));
    assertEquals(greedy, generate("--prompt The --max-new-tokens 16 --no-repeat-ngram 0"));
  }

  @Test
  void theModelsLengthCountsThePrompt() throws IOException {
    configure("{'max_length': 10}");
    String ten = generate("--prompt 'a the'");
    assertEquals(ten, generate("--prompt 'a the' --max-new-tokens 8"));
    String fault = "prompt 1 has 11 tokens; with new ones the text may have 10 only";
    assertTrue(fault(2, "--prompt", "a.b.c.d.e.f").endsWith(fault), err::toString);
  }

  @Test
  void theModelsConfigurationSaysWhatEndsAText() throws IOException {
    // ' the' is token 33.
    assertTrue(generate("--prompt The --max-new-tokens 3").startsWith(" the the the"));
    configure("{'eos_token_id': [98, 33]}");
    assertEquals(" the\n", generate("--prompt The --max-new-tokens 3"));
    configure("{'eos_token_id': 33}");
    assertEquals(" the\n", generate("--prompt The --max-new-tokens 3"));
    // As to transformers, the file that is there says it all.
    configure("{}");
    assertTrue(generate("--prompt The --max-new-tokens 3").startsWith(" the the the"));
    assertTrue(err.toString(StandardCharsets.UTF_8).contains("has no 'eos_token_id'"));
    Files.delete(model.resolve("generation_config.json"));
    ObjectNode config =
        (ObjectNode) new ObjectMapper().readTree(model.resolve("config.json").toFile());
    Files.writeString(model.resolve("config.json"), config.put("eos_token_id", 33).toString());
    assertEquals(" the\n", generate("--prompt The --max-new-tokens 3"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'num_beams': 'many'} | 'num_beams' must be an index",
        "{'num_beams': 0} | 'num_beams' must be from 1 to 1000, but is 0",
        "{'num_beams': 536870912} | 'num_beams' must be from 1 to 1000, but is 536870912",
        "{'early_stopping': 'soon'} | 'early_stopping' must be true, false or 'never'",
        "{'repetition_penalty': 0} | 'repetition_penalty' must be above 0",
        "{'forced_eos_token_id': 100} | 'forced_eos_token_id' must hold tokens of the model",
        "{'bad_words_ids': [[]]} | 'bad_words_ids' must hold lists of tokens",
        "{'sequence_bias': {'1': 2}} | 'sequence_bias' must be an array",
        "{'min_p': 2} | min_p must be in [0, 1]",
        "{'stop_strings': 'x'} | 'stop_strings' is '\"x\"', which is not supported",
        "{'num_return_sequences': 2} | 'num_return_sequences' is '2', which is not supported",
        "{'do_sample': true, 'temperature': 0} | --temperature must be above 0, but is 0.0",
        "{'do_sample': 1} | 'do_sample' must be true or false",
        "{'top_p': 'all'} | 'top_p' must be a number",
        "{'eos_token_id': [1, -1]} | 'eos_token_id' must be an index or a list of them",
        "{'max_length': 0} | 'max_length' must be at least 1, but is 0",
        "{'do_sample': true, 'num_beams': 2} | do_sample with num_beams is not supported",
        "[] | holds no JSON object"
      })
  void aBrokenConfigurationIsOneLine(String json, String fault) throws IOException {
    configure(json);
    String message = fault(2, "--prompt", "The");
    assertTrue(message.contains("generation_config.json: " + fault), message);
  }

  @Test
  void whatDoesNotGoTogetherIsRefused() {
    assertTrue(fault(2, "--prompt", "a", "--greedy", "--top-k", "3").contains("--greedy takes"));
    assertTrue(fault(2, "--prompt", "a", "--greedy", "--beams", "3").contains("--greedy takes"));
    assertTrue(fault(2, "--prompt", "a", "--top-k", "-1").contains("--top-k must be at least 0"));
    assertTrue(
        fault(2, "--prompt", "a", "--no-repeat-ngram", "-1").contains("--no-repeat-ngram must be"));
  }

  private void configure(String json) throws IOException {
    Files.writeString(model.resolve("generation_config.json"), json.replace('\'', '"'));
  }

  private String generate(String options) {
    List<String> words = new ArrayList<>();
    String[] parts = options.split("'");
    for (int i = 0; i < parts.length; i++) {
      if (i % 2 == 1) {
        words.add(parts[i]);
      } else if (!parts[i].isBlank()) {
        words.addAll(List.of(parts[i].strip().split(" ")));
      }
    }
    return run(0, words);
  }

  private String fault(int code, String... options) {
    run(code, Arrays.asList(options));
    List<String> lines = err.toString(StandardCharsets.UTF_8).lines().toList();
    return lines.get(lines.size() - 1);
  }

  private String run(int code, List<String> options) {
    out.reset();
    err.reset();
    List<String> all = new ArrayList<>(List.of("generate", "--model", model.toString()));
    all.addAll(List.of("--device", "cpu"));
    all.addAll(options);
    PrintStream before = System.err;
    PrintStream errors = new PrintStream(err, true, StandardCharsets.UTF_8);
    System.setErr(errors);
    try {
      PrintStream output = new PrintStream(out, true, StandardCharsets.UTF_8);
      assertEquals(code, Main.run(output, errors, all.toArray(String[]::new)), err::toString);
    } finally {
      System.setErr(before);
    }
    return out.toString(StandardCharsets.UTF_8);
  }
}
