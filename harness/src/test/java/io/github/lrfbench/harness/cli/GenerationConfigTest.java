package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tokens are those of {@code generate} of transformers 5.24 with the same files. */
class GenerationConfigTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | 5 12 5 12 12 12 5 5 12 12 | 1 5 5 12 12 12 12 5 12 12",
        "{'repetition_penalty': 1.5} | 5 19 5 12 12 1 5 8 5 14 | 1 5 8 20 14 19 6 13 17 9",
        "{'encoder_repetition_penalty': 1.7} | 12 12 12 12 12 12 12 12 12 12 | 12 12 12 12 12 12 12 12 12 12",
        "{'encoder_no_repeat_ngram_size': 1} | 5 5 5 5 1 5 5 5 5 5 | 1 5 5 5 1 5 1 5 1 5",
        "{'sequence_bias': [[[3], 2.5], [[3, 4], -9.0]]} | 3 3 3 3 3 3 3 3 3 3 | 3 3 3 3 3 3 3 3 3 3",
        "{'bad_words_ids': [[8, 8], [4], [5]]} | 12 12 12 12 12 12 12 12 12 12 | 1 12 12 12 12 19 12 12 12 12",
        "{'eos_token_id': [1, 3, 8, 4], 'min_new_tokens': 5} | 5 12 5 12 12 12 5 5 12 12 | 5 12 5 12 12 12 12 5 12 12",
        "{'eos_token_id': [1, 3, 8, 4], 'min_length': 9} | 5 12 5 12 12 12 5 5 12 12 | 5 12 5 12 12 12 12 5 12 12",
        "{'forced_eos_token_id': 7} | 5 12 5 12 12 12 5 5 12 7 | 1 5 5 12 12 12 12 12 5 7",
        "{'suppress_tokens': [1, 3, 4, 5, 8, -1]} | 12 12 12 12 12 12 12 12 12 12 | 12 12 12 12 12 19 12 12 12 12",
        "{'begin_suppress_tokens': [1, 3, 4, 5, 8]} | 12 5 5 12 12 12 5 5 12 12 | 12 12 5 12 12 12 12 5 1 5",
        "{'eos_token_id': 2, 'exponential_decay_length_penalty': [2, 1.6]} | 5 12 5 12 12 2 | 12 12 5 2",
        "{'repetition_penalty': 1.5, 'renormalize_logits': true} | 5 19 5 12 12 1 5 8 5 14 | 1 5 20 8 19 14 6 13 17 9",
        "{'remove_invalid_values': true, 'suppress_tokens': [4]} | 5 12 5 12 12 12 5 5 12 12 | 1 5 5 12 12 12 12 5 12 12",
        "{'eos_token_id': [1, 3], 'early_stopping': 'never', 'length_penalty': 2.0} | 5 12 5 12 12 12 5 5 12 12 | 5 12 5 12 12 12 12 5 12 12"
      })
  void everyKeyMeansWhatItMeansToTransformers(String keys, String greedy, String beams)
      throws IOException {
    Path model = TinyCheckpoint.gpt2(folder.resolve("model"), 0);
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode json = (ObjectNode) mapper.readTree(keys.replace('\'', '"'));
    json.put("max_new_tokens", 10);
    Path file = model.resolve("generation_config.json");
    Files.writeString(file, json.toString());
    assertEquals(greedy, tokens(model));
    Files.writeString(file, json.put("num_beams", 3).toString());
    assertEquals(beams, tokens(model));
    // Where there is no such file, the other one's keys count, its end of texts too.
    if (json.has("eos_token_id")) {
      Files.delete(file);
      Path other = model.resolve("config.json");
      ObjectNode config = (ObjectNode) mapper.readTree(other.toFile());
      Files.writeString(other, config.setAll(json).toString());
      assertEquals(beams, tokens(model));
    }
  }

  private String tokens(Path model) throws IOException {
    Path out = folder.resolve("out.jsonl");
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    String[] words = {
      "generate",
      "--model",
      model.toString(),
      "--device",
      "cpu",
      "--prompt",
      "a film",
      "--out",
      out.toString()
    };
    assertEquals(0, Main.run(nowhere, nowhere, words));
    List<String> tokens = new ArrayList<>();
    for (JsonNode token : new ObjectMapper().readTree(out.toFile()).path("tokens")) {
      tokens.add(token.asText());
    }
    return tokens.stream().collect(Collectors.joining(" "));
  }
}
