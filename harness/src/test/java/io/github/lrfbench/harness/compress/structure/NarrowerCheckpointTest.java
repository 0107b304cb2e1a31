package io.github.lrfbench.harness.compress.structure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.checkpoint.Checkpoint;
import io.github.lrfbench.harness.compress.CompressedCheckpoint;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.TaskCase;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.harness.train.TrainedCheckpoint;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of models whose blocks have other widths. */
class NarrowerCheckpointTest extends NarrowerCase {
  private Path write(TaskCase task, Compression made, boolean dense) {
    Path target = folder.resolve(dense ? "dense" : "own");
    try (Checkpoint source = Checkpoint.open(folder.resolve("model"))) {
      new CompressedCheckpoint(source, task.model(), made)
          .write(target, dense, JsonNodeFactory.instance.objectNode());
    }
    return target;
  }

  private static JsonNode config(Path directory) throws IOException {
    return new ObjectMapper().readTree(Files.readString(directory.resolve("config.json")));
  }

  private void assertReads(Path directory, TaskCase task, Compression made, float tolerance) {
    boolean gpt2 = task.model().info().architecture().equals("gpt2");
    Gpt2Options options = gpt2 ? SPLIT : Gpt2Options.DEFAULT;
    try (LoadedModel loaded = LoadedModel.open(directory, options, task.model().device())) {
      assertArrayEquals(
          logits(task, made),
          logits(loaded.model(), task.examples().sequences().subList(0, 7)),
          tolerance);
    }
  }

  /** One width of all blocks is one that every program knows. */
  @ParameterizedTest
  @CsvSource({
    "bert, intermediate_size",
    "roberta, intermediate_size",
    "distilbert, hidden_dim",
    "gpt2, n_inner"
  })
  void aCheckpointOfOneWidthIsAnOrdinaryOne(String model, String key) throws IOException {
    try (TaskCase task = open(model)) {
      Compression made = task.compress("ffn-nystrom", new Budget.Keep(0.5), Allocation.UNIFORM);
      for (boolean dense : new boolean[] {false, true}) {
        Path written = write(task, made, dense);
        assertEquals(10, config(written).path(key).asInt());
        if (!model.equals("gpt2") || dense) {
          assertEquals(model, config(written).path("model_type").asText());
          assertTrue(Files.isRegularFile(written.resolve("model.safetensors")));
        }
        assertReads(written, task, made, 0);
      }
      // As it is written after a training.
      Path trained = folder.resolve("trained");
      try (Model smaller = task.model().with(made.replacements());
          Checkpoint source = Checkpoint.open(folder.resolve("model"))) {
        new TrainedCheckpoint(
                smaller,
                source.config(),
                JsonNodeFactory.instance.objectNode(),
                source.directory(),
                null)
            .write(trained);
      }
      assertEquals(10, config(trained).path(key).asInt());
      assertReads(trained, task, made, 0);
    }
  }

  /** Widths that differ stand in the block; others refuse it, or get neurons that do nothing. */
  @ParameterizedTest
  @ValueSource(strings = {"bert", "distilbert", "gpt2"})
  void aCheckpointOfSeveralWidthsTellsThem(String model) throws IOException {
    try (TaskCase task = open(model)) {
      Compression made = some(task, "ffn-nystrom", 0.3, "*.1.*");
      assertEquals(2, made.replacements().size());
      Path written = write(task, made, false);
      JsonNode config = config(written);
      assertEquals("lrfbench-" + model, config.path("model_type").asText());
      assertFalse(Files.exists(written.resolve("model.safetensors")));
      int[] widths = {20, 6};
      int found = 0;
      for (LinearSlot slot : task.slots()) {
        JsonNode told = config.path("lrfbench").path("forms").path(slot.name());
        if (slot.role().equals("intermediate")) {
          assertEquals(widths[found++], told.path("outputs").asInt());
        }
      }
      assertReads(written, task, made, 0);
      Path dense = write(task, made, true);
      assertEquals(model, config(dense).path("model_type").asText());
      assertReads(dense, task, made, 1e-5f);
      // What is told must be what is there.
      String text = Files.readString(written.resolve("config.json"));
      for (String wrong : List.of("7", "0", "\"x\"")) {
        Files.writeString(
            written.resolve("config.json"),
            text.replaceAll("\"outputs\" : 6\\b", "\"outputs\" : " + wrong));
        assertThrows(
            InputException.class, () -> LoadedModel.open(written, task.model().device()), wrong);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "gpt2"})
  void aWholeBlockIsReadAgain(String model) throws IOException {
    try (TaskCase task = open(model)) {
      for (String method : List.of(BLOCK, BLOCK + "+int8")) {
        Compression made = task.compress(method, new Budget.Keep(0.5), Allocation.UNIFORM);
        Path written = write(task, made, false);
        assertEquals("lrfbench-" + model, config(written).path("model_type").asText());
        assertReads(written, task, made, 0);
        assertReads(write(task, made, true), task, made, 2e-5f);
      }
    }
  }

  /** A compressed model is compressed further. */
  @Test
  void aNarrowerModelBecomesNarrower() throws IOException {
    Path written;
    try (TaskCase task = open("bert")) {
      Compression made = task.compress(BLOCK, new Budget.Keep(0.75), Allocation.UNIFORM);
      written = write(task, made, false);
    }
    try (TaskCase task = new TaskCase(deviceId(), folder.resolve("again"), written)) {
      Compression made = task.compress("ffn-nystrom", new Budget.Keep(0.4), Allocation.UNIFORM);
      assertEquals("6 of 15 neurons", report(made, "output", task).label());
      Compression heads = task.compress("vo-heads", new Budget.Keep(0.5), Allocation.UNIFORM);
      assertTrue(report(heads, "value", task).replaced());
    }
  }
}
