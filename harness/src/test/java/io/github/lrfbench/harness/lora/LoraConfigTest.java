package io.github.lrfbench.harness.lora;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What PEFT's configuration says of an adapter. */
class LoraConfigTest {
  private static final Path FILE = Path.of("adapter_config.json");

  private static LoraConfig parse(String json) throws IOException {
    return LoraConfig.parse((ObjectNode) new ObjectMapper().readTree(json), FILE);
  }

  @Test
  void modulesAreMatchedByTheirEnds() throws IOException {
    LoraConfig config =
        parse(
            "{'peft_type': 'LORA', 'r': 8, 'lora_alpha': 16, 'target_modules': ['query', 'output.dense'],"
                    .replace('\'', '"')
                + "\"modules_to_save\": [\"classifier\"], \"a field of tomorrow\": {}}");
    assertTrue(config.isTarget("bert.encoder.layer.0.attention.self.query"));
    assertTrue(config.isTarget("encoder.layer.1.output.dense"));
    assertTrue(config.isTarget("encoder.layer.1.attention.output.dense"));
    assertFalse(config.isTarget("encoder.layer.1.subquery"));
    assertFalse(config.isTarget("encoder.layer.1.intermediate.dense"));
    assertTrue(config.isSaved("classifier"));
    assertTrue(config.isSaved("classifier.out_proj"));
    assertFalse(config.isSaved("pre_classifier"));
    assertEquals(2, config.scale("any", 8));
  }

  @Test
  void scalesMayDependOnTheModuleAndTheRootOfTheRank() throws IOException {
    LoraConfig config =
        parse(
            "{\"peft_type\": \"LORA\", \"r\": 4, \"lora_alpha\": 8, \"use_rslora\": true,"
                + "\"alpha_pattern\": {\"0.attention.self.query\": 2}}");
    assertEquals(1, config.scale("bert.encoder.layer.0.attention.self.query", 4));
    assertEquals(4, config.scale("bert.encoder.layer.1.attention.self.query", 4));
    assertEquals(2, config.scale("bert.encoder.layer.1.attention.self.query", 16));
  }

  @Test
  void aConfigurationIsReadAsItIsWritten() throws IOException {
    LoraConfig config =
        parse(
            "{\"peft_type\": \"LORA\", \"r\": 4, \"lora_alpha\": 0.5, \"lora_dropout\": 0.1,"
                + "\"target_modules\": [\"key\"], \"base_model_name_or_path\": \"somewhere\","
                + "\"alpha_pattern\": {\"1.key\": 2.0}}");
    assertEquals(config, LoraConfig.parse(config.toJson(), FILE));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"r\": 4, \"lora_alpha\": 8} | peft_type",
        "{\"peft_type\": \"IA3\"} | 'IA3'",
        "{\"peft_type\": \"LORA\", \"lora_alpha\": 8} | r and lora_alpha",
        "{\"peft_type\": \"LORA\", \"r\": 0, \"lora_alpha\": 8} | r and lora_alpha",
        "{\"peft_type\": \"LORA\", \"r\": 4, \"lora_alpha\": 8, \"use_dora\": true} | use_dora",
        "{\"peft_type\": \"LORA\", \"r\": 4, \"lora_alpha\": 8, \"lora_bias\": true} | lora_bias",
        "{\"peft_type\": \"LORA\", \"r\": 4, \"lora_alpha\": 8, \"bias\": \"all\"} | 'all'",
        "{\"peft_type\": \"LORA\", \"r\": 4, \"lora_alpha\": 8, \"lora_dropout\": 1} | lora_dropout"
      })
  void whatIsNotSupportedIsRefusedInOneLine(String json, String named) {
    String message = assertThrows(InputException.class, () -> parse(json)).getMessage();
    assertTrue(message.contains(named.strip()) && !message.contains("\n"), message);
    assertTrue(message.startsWith("adapter_config.json"), message);
  }
}
