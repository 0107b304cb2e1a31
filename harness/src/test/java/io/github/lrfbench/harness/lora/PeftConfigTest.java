package io.github.lrfbench.harness.lora;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.input.Notes;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What PEFT's configuration says of an adapter. */
class PeftConfigTest {
  private static final Path FILE = Path.of("adapter_config.json");
  private static final String BLOCK = "bert.encoder.layer.1.";

  private final Notes notes = new Notes();

  /** A configuration with some keys besides those that all need; quotes are single. */
  private PeftConfig parse(String keys) throws IOException {
    String json = "{'peft_type': 'LORA', 'r': 8, 'lora_alpha': 16" + keys + "}";
    ObjectNode node = (ObjectNode) new ObjectMapper().readTree(json.replace('\'', '"'));
    return PeftConfig.parse(node, FILE, "bert", notes);
  }

  @Test
  void modulesAreMatchedByTheirEnds() throws IOException {
    PeftConfig config =
        parse(", 'target_modules': ['query', 'output.dense'], 'modules_to_save': ['classifier']");
    assertTrue(config.targets().has(BLOCK + "attention.self.query"));
    assertTrue(config.targets().has(BLOCK + "attention.output.dense"));
    assertFalse(config.targets().has(BLOCK + "subquery"));
    assertFalse(config.targets().has(BLOCK + "intermediate.dense"));
    assertTrue(config.saved().guards("classifier.out_proj"));
    assertFalse(config.saved().guards("pre_classifier"));
    // PEFT looks at the last letters, whatever stands before them.
    assertTrue(config.saved().holds("pre_classifier"));
    assertEquals(2, config.scale(BLOCK + "attention.self.query"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'target_modules': '.*\\\\.(query%key)' | attention.self.key | true",
        "'target_modules': '.*\\\\.(query%key)' | attention.self.keys | false",
        "'target_modules': 'query' | attention.self.query | false",
        "'target_modules': 'all-linear' | attention.self.value | true",
        "'target_modules': null | attention.self.value | true",
        "'target_modules': null | attention.self.key | false",
        "'target_modules': ['dense'], 'exclude_modules': ['output.dense'] | output.dense | false",
        "'target_modules': ['dense'], 'exclude_modules': ['output.dense'] | intermediate.dense | true",
        "'target_modules': ['dense'], 'exclude_modules': '.*\\\\.1\\\\..*' | output.dense | false",
        "'target_modules': ['dense'], 'layers_to_transform': [0, 1] | output.dense | true",
        "'target_modules': ['dense'], 'layers_to_transform': 0 | output.dense | false",
        "'target_modules': ['dense'], 'layers_to_transform': 1, 'layers_pattern': ['h', 'layer'] | output.dense | true",
        "'target_modules': ['dense'], 'layers_to_transform': 1, 'layers_pattern': 'h' | output.dense | false",
        "'target_modules': ['dense'], 'modules_to_save': ['output'] | output.dense | false",
      })
  void targetsAreThoseOfPeft(String keys, String module, boolean targeted) throws IOException {
    String json = ", " + keys.replace('%', '|');
    assertEquals(targeted, parse(json).targets().has(BLOCK + module));
  }

  @Test
  void aClassifierIsHeldWholeWhateverTheFileSays() throws IOException {
    PeftConfig config =
        parse(", 'task_type': 'SEQ_CLS', 'target_modules': ['dense', 'classifier']");
    assertFalse(config.targets().has("classifier"));
    assertFalse(config.targets().has("classifier.dense"));
    assertTrue(config.targets().has("bert.pooler.dense"));
  }

  @Test
  void theFirstPatternThatMatchesAnEndCounts() throws IOException {
    PeftConfig config =
        parse(
            ", 'use_rslora': true, 'rank_pattern': {'^encoder.*': 1, 'self.(query|key)': 4},"
                + "'alpha_pattern': {'uery': 1, '1.attention.self.query': 6, 'query': 7}");
    assertEquals(4, config.rank(BLOCK + "attention.self.query"));
    assertEquals(3, config.scale(BLOCK + "attention.self.query"));
    assertEquals(8, config.rank(BLOCK + "attention.self.value"));
    assertEquals(16 / Math.sqrt(8), config.scale(BLOCK + "attention.self.value"), 1e-12);
  }

  @Test
  void patternsThatBacktrackersFindHardAreMatchedAtOnce() throws IOException {
    PeftConfig config = parse(", 'alpha_pattern': {'(([a-z.0-9]+)+)+!': 2}");
    assertEquals(2, config.scale(BLOCK.repeat(50) + "query"));
  }

  @Test
  void keysOfTomorrowAreNamed() throws IOException {
    parse(", 'a key of tomorrow': {}, 'eva_config': {'rho': 2.0}");
    assertEquals(1, notes.lines().size());
    assertTrue(notes.lines().get(0).contains("'a key of tomorrow'"), notes.lines().get(0));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'peft_type': 'IA3'",
        "'r': 0",
        "'r': 2.5",
        "'r': 99999999999",
        "'lora_alpha': 0",
        "'lora_alpha': '16'",
        "'lora_alpha': 1e300",
        "'lora_dropout': 1",
        "'use_rslora': 'yes'",
        "'bias': 'all'",
        "'init_lora_weights': 'pissa_niter_4'",
        "'init_lora_weights': 'corda'",
        "'init_lora_weights': 'loftq'",
        "'init_lora_weights': 'PISSA'",
        "'init_lora_weights': 3",
        "'use_qalora': true",
        "'use_bdlora': {'nblocks': 2}",
        "'lora_bias': true, 'use_dora': true",
        "'alora_invocation_tokens': [1]",
        "'arrow_config': {'top_k': 3}",
        "'kasa_config': {'beta': 0.1}",
        "'monteclora_config': {'num_samples': 8}",
        "'layer_replication': [[0, 1]]",
        "'target_parameters': ['weight']",
        "'trainable_token_indices': [1, 2]",
        "'target_modules': 3",
        "'target_modules': [3]",
        "'target_modules': '.*(?=query)'",
        "'target_modules': '(a)\\\\1'",
        "'target_modules': '((((a{30}){30}){30}){30}){30}'",
        "'target_modules': 'a{,3}'",
        "'target_modules': '.*', 'layers_to_transform': 1",
        "'target_modules': ['a'], 'layers_pattern': 'h'",
        "'layers_to_transform': ['1']",
        "'rank_pattern': {'query': 0}",
        "'rank_pattern': ['query']",
        "'alpha_pattern': {'(': 1}",
        "'alpha_pattern': {'query': null}",
        "'modules_to_save': 'classifier'",
        "'modules_to_save': ['(']"
      })
  void whatIsNotSupportedIsRefusedInOneLine(String keys) {
    String message = assertThrows(InputException.class, () -> parse(", " + keys)).getMessage();
    assertTrue(message.startsWith("adapter_config.json: ") && !message.contains("\n"), message);
    String key = keys.substring(1, keys.indexOf('\'', 1));
    assertTrue(message.contains(key) || keys.contains("layers"), message);
  }

  @Test
  void patternsMayNestAsFarAsTheirSizeAllows() {
    String deep = "(".repeat(100_000) + ")".repeat(100_000);
    String keys = ", 'target_modules': '" + deep + "'";
    assertThrows(InputException.class, () -> parse(keys));
    assertEquals(List.of(), notes.lines());
  }
}
