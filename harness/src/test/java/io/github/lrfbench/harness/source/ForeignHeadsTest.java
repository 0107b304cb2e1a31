package io.github.lrfbench.harness.source;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.checkpoint.Checkpoint;
import io.github.lrfbench.harness.checkpoint.SafetensorsWriter;
import io.github.lrfbench.harness.input.Notes;
import io.github.lrfbench.harness.model.Architecture;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A head of another kind is named, and never passed over for none. */
class ForeignHeadsTest {
  @TempDir Path folder;

  @Test
  void theyAreNamed() throws IOException {
    Path bert = TinyCheckpoint.bert(folder.resolve("bert"), 2);
    assertNamed(bert, name -> name.replace("classifier.", "score."), "'score.weight'");
    assertNamed(
        bert,
        name -> name.replace("classifier.", "classification_head.dense."),
        "'classification_head.dense.weight'");
    assertNamed(
        bert,
        name -> name.replace("classifier.", "classifier.out_proj."),
        "'classifier.out_proj.weight'");
    Path gpt2 = TinyCheckpoint.gpt2(folder.resolve("gpt2"), 2);
    assertNamed(gpt2, name -> name.replace("score.", "classifier."), "'classifier.weight'");
  }

  private void assertNamed(Path source, UnaryOperator<String> renamed, String head)
      throws IOException {
    Path target = Files.createDirectories(folder.resolve("renamed"));
    Files.writeString(
        target.resolve("config.json"), Files.readString(source.resolve("config.json")));
    try (Checkpoint checkpoint = Checkpoint.open(source)) {
      SafetensorsWriter writer = new SafetensorsWriter();
      for (String name : checkpoint.names()) {
        writer.add(renamed.apply(name), checkpoint.shape(name), () -> checkpoint.readFloats(name));
      }
      writer.write(target.resolve("model.safetensors"));
    }
    Path config = target.resolve("config.json");
    try (Checkpoint checkpoint = Checkpoint.open(target);
        Device device = Devices.open("cpu")) {
      Architecture architecture =
          Architectures.of(config, checkpoint.config(), null, Gpt2Options.DEFAULT, new Notes());
      String message =
          assertThrows(
                  InputException.class,
                  () -> architecture.load(new CheckpointWeights(checkpoint), device).close())
              .getMessage();
      assertTrue(message.contains("it has " + head), message);
    }
  }
}
