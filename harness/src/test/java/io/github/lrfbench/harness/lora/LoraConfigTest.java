package io.github.lrfbench.harness.lora;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.input.Notes;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a trained adapter tells PEFT of itself. */
class LoraConfigTest {
  @Test
  void aConfigurationIsReadAsItIsWritten() {
    LoraConfig config =
        new LoraConfig(4, 0.5, 0.1, true, List.of("key"), List.of("classifier"), "somewhere");
    Notes notes = new Notes();
    PeftConfig read = PeftConfig.parse(config.toJson(), Path.of("file"), "bert", notes);
    assertEquals(List.of(), notes.lines());
    assertEquals(4, read.rank("encoder.layer.1.key"));
    assertEquals(config.scale(), read.scale("encoder.layer.1.key"), 1e-12);
    assertEquals(config.dropout(), read.dropout());
    for (String module : List.of("layer.1.key", "query", "classifier", "pre_classifier")) {
      assertEquals(config.isTarget(module), read.targets().has(module), module);
      assertEquals(config.isSaved(module), read.saved().holds(module), module);
    }
    assertTrue(config.isTarget("layer.1.key"));
    assertFalse(config.isTarget("layer.1.monkey"));
  }
}
