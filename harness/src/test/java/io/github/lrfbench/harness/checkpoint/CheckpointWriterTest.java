package io.github.lrfbench.harness.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointWriterTest {
  private static final SafetensorsWriter BROKEN =
      new SafetensorsWriter().add("a", Shape.of(2), () -> new float[1]);

  @TempDir Path folder;
  private Path source;
  private Path target;
  private final ObjectNode config = new ObjectMapper().createObjectNode().put("model_type", "bert");

  @BeforeEach
  void makeSource() throws IOException {
    source = Files.createDirectories(folder.resolve("source"));
    target = folder.resolve("new").resolve("model");
    Files.writeString(source.resolve("vocab.txt"), "[UNK]\n");
    Files.writeString(source.resolve("pytorch_model.bin"), "");
    Files.writeString(
        source.resolve("modules.json"),
        "[{\"path\": \"\", \"type\": \"sentence_transformers.models.Transformer\"},"
            + " {\"path\": \"1_Pooling\", \"type\": \"sentence_transformers.models.Pooling\"}]");
    Files.createDirectory(source.resolve("1_Pooling"));
    Files.writeString(source.resolve("1_Pooling").resolve("config.json"), "{}");
  }

  @Test
  void writesConfigurationWeightsAndCompanions() throws IOException {
    CheckpointWriter.write(target, config, weights(1), source, source);
    assertEquals(
        List.of(
            "1_Pooling/config.json",
            "config.json",
            "model.safetensors",
            "modules.json",
            "vocab.txt"),
        files(target));
    try (Checkpoint checkpoint = Checkpoint.open(target)) {
      assertArrayEquals(new float[] {1}, checkpoint.readFloats("a"));
      assertEquals("bert", checkpoint.config().get("model_type").asText());
      assertTrue(checkpoint.config().get("lrfbench").isObject());
    }
    assertFalse(config.has("lrfbench"));
  }

  @Test
  void anEmptyDirectoryIsFilled() throws IOException {
    Files.createDirectories(target);
    CheckpointWriter.write(target, config, weights(1), source, source);
    assertEquals(5, files(target).size());
  }

  @Test
  void aModelOfOursIsReplacedAndStrangersBesideItStay() throws IOException {
    CheckpointWriter.write(target, config, weights(1), source, source);
    Files.writeString(target.resolve("notes.txt"), "mine");
    Files.delete(source.resolve("vocab.txt"));
    Files.writeString(source.resolve("tokenizer.json"), "{}");
    CheckpointWriter.write(target, config, weights(2), source, source);
    assertEquals(
        List.of(
            "1_Pooling/config.json",
            "config.json",
            "model.safetensors",
            "modules.json",
            "notes.txt",
            "tokenizer.json"),
        files(target));
    try (Checkpoint checkpoint = Checkpoint.open(target)) {
      assertArrayEquals(new float[] {2}, checkpoint.readFloats("a"));
    }
  }

  @Test
  void aModelMayReplaceItself() throws IOException {
    CheckpointWriter.write(target, config, weights(3), source, source);
    try (Checkpoint checkpoint = Checkpoint.open(target)) {
      SafetensorsWriter same =
          new SafetensorsWriter().add("b", Shape.of(1), () -> checkpoint.readFloats("a"));
      CheckpointWriter.write(target, config, same, target, target);
    }
    try (Checkpoint checkpoint = Checkpoint.open(target)) {
      assertArrayEquals(new float[] {3}, checkpoint.readFloats("b"));
    }
    assertEquals(5, files(target).size());
  }

  @Test
  void directoriesOfOthersAreLeftAlone() throws IOException {
    for (String json : List.of("{}", "{\"lrfbench\": true}", "{")) {
      Path other = Files.createDirectories(folder.resolve("other"));
      Files.writeString(other.resolve("config.json"), json);
      assertThrows(InputException.class, () -> CheckpointWriter.requireWritable(other));
      assertThrows(
          InputException.class,
          () -> CheckpointWriter.write(other, config, weights(1), source, source));
      assertEquals(List.of("config.json"), files(other));
    }
  }

  @Test
  void placesThatCannotBeWrittenAreInputErrors() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    for (Path path : List.of(file, file.resolve("below"))) {
      assertThrows(InputException.class, () -> CheckpointWriter.requireWritable(path));
      assertThrows(
          InputException.class,
          () -> CheckpointWriter.write(path, config, weights(1), source, source));
    }
    CheckpointWriter.requireWritable(target);
    assertFalse(Files.exists(target.getParent()), "a check makes nothing");
  }

  @Test
  void aFailureLeavesNothingBehind() throws IOException {
    assertThrows(
        IllegalStateException.class,
        () -> CheckpointWriter.write(target, config, BROKEN, source, source));
    assertFalse(Files.exists(target.getParent()));
  }

  @Test
  void aFailureLeavesAnEarlierModelAsItWas() throws IOException {
    CheckpointWriter.write(target, config, weights(1), source, source);
    assertThrows(
        IllegalStateException.class,
        () -> CheckpointWriter.write(target, config, BROKEN, source, source));
    assertEquals(5, files(target).size());
    try (Checkpoint checkpoint = Checkpoint.open(target)) {
      assertArrayEquals(new float[] {1}, checkpoint.readFloats("a"));
    }
  }

  /** A kill leaves a state between two of the steps; the same call finds its way on from each. */
  @Test
  void aWriteThatWasKilledAnywhereIsDoneAgain() throws IOException {
    for (boolean earlier : new boolean[] {false, true}) {
      for (int step = 0; step <= 5; step++) {
        Path place = folder.resolve("killed-" + earlier + step);
        if (earlier) {
          CheckpointWriter.write(place, config, weights(1), source, source);
        }
        Path stage = Files.createDirectories(place.resolve(".lrfbench-123/1_Pooling")).getParent();
        Files.writeString(stage.resolve("model.safetensors"), "");
        Files.writeString(place.resolve(".lrfbench-lock"), "");
        if (step >= 1) {
          Files.writeString(place.resolve("config.json"), "{\"lrfbench\": {\"unfinished\": \"\"}}");
        }
        if (step >= 2) {
          Files.deleteIfExists(place.resolve("model.safetensors"));
        }
        if (step >= 3) {
          Files.deleteIfExists(place.resolve("vocab.txt"));
        }
        if (step >= 4) {
          Files.writeString(place.resolve("vocab.txt"), "new");
          Files.createDirectories(place.resolve("1_Pooling"));
        }
        if (step >= 5) {
          Files.writeString(place.resolve("model.safetensors"), "new");
        }
        CheckpointWriter.write(place, config, weights(2), source, source);
        assertEquals(
            List.of(
                "1_Pooling/config.json",
                "config.json",
                "model.safetensors",
                "modules.json",
                "vocab.txt"),
            files(place));
        try (Stream<Path> left = Files.list(place)) {
          assertEquals(5, left.count());
        }
        try (Checkpoint checkpoint = Checkpoint.open(place)) {
          assertArrayEquals(new float[] {2}, checkpoint.readFloats("a"));
        }
      }
    }
  }

  @Test
  void whatIsNotWrittenToItsEndIsNoModel() {
    ObjectNode left = config.deepCopy();
    left.putObject("lrfbench").put("method", "svd");
    CheckpointWriter.requireFinished(left);
    left.putObject("lrfbench").put("unfinished", "");
    assertThrows(InputException.class, () -> CheckpointWriter.requireFinished(left));
  }

  @Test
  void aTrainingThatIsNotOverKeepsItsState() throws IOException {
    Path state = Files.createDirectories(target.resolve(CheckpointWriter.TRAINING_STATE));
    Files.writeString(state.resolve("latest.json"), "{}");
    CheckpointWriter.write(target, config, weights(1), source, source);
    assertTrue(Files.exists(state.resolve("latest.json")));
  }

  private static SafetensorsWriter weights(float value) {
    return new SafetensorsWriter().add("a", Shape.of(1), () -> new float[] {value});
  }

  private static List<String> files(Path directory) throws IOException {
    try (Stream<Path> found = Files.walk(directory)) {
      return found
          .filter(Files::isRegularFile)
          .map(path -> directory.relativize(path).toString())
          .sorted()
          .toList();
    }
  }
}
