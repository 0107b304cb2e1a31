package io.github.lrfbench.harness.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Shape;
import io.github.lrfbench.kernels.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointTest {
  @TempDir Path folder;

  @Test
  void opensConfigurationAndWeights() throws IOException {
    config("{\"model_type\": \"bert\", \"of_the_future\": [1, {}]}");
    weights("model.safetensors", "a", 1, 2, 3);
    try (Checkpoint checkpoint = Checkpoint.open(folder);
        Device device = Devices.open("cpu");
        Scope scope = device.openScope()) {
      assertEquals(folder, checkpoint.directory());
      assertEquals("bert", checkpoint.config().get("model_type").asText());
      assertEquals(Set.of("a"), checkpoint.names());
      assertTrue(checkpoint.has("a"));
      assertFalse(checkpoint.has("b"));
      assertEquals(Shape.of(3), checkpoint.shape("a"));
      Tensor tensor = scope.zeros(DType.F32, 3);
      checkpoint.read("a", tensor);
      assertArrayEquals(new float[] {1, 2, 3}, tensor.toFloats());
      assertTrue(
          assertThrows(InputException.class, () -> checkpoint.readFloats("b"))
              .getMessage()
              .endsWith("tensor 'b' is missing"));
    }
  }

  @Test
  void opensShards() throws IOException {
    config("{}");
    weights("model-00001-of-00002.safetensors", "a", 1, 2);
    weights("model-00002-of-00002.safetensors", "b", 3);
    index(
        "\"a\": \"model-00001-of-00002.safetensors\", \"b\": \"model-00002-of-00002.safetensors\"");
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      assertEquals(Set.of("a", "b"), checkpoint.names());
      assertArrayEquals(new float[] {1, 2}, checkpoint.readFloats("a"));
      assertArrayEquals(new float[] {3}, checkpoint.readFloats("b"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"b\": \"model-00001-of-00001.safetensors\"",
        "\"a\": \"model-00002-of-00002.safetensors\"",
        "\"a\": \"../model-00001-of-00001.safetensors\"",
        "\"a\": \"/tmp/model-00001-of-00001.safetensors\"",
        "\"a\": \"sub\\\\model.safetensors\"",
        "\"a\": \"x\\u0000.safetensors\"",
        "\"a\": \"config.json\"",
        "\"a\": \"\"",
        "\"a\": 1",
        "\"a\": null",
        "\"a\": \"model-00001-of-00001.safetensors\", \"a\": \"model-00001-of-00001.safetensors\""
      })
  void brokenIndexesAreRefused(String weightMap) throws IOException {
    config("{}");
    weights("model-00001-of-00001.safetensors", "a", 1, 2);
    index(weightMap);
    assertRefused();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "{", "{}", "{\"weight_map\": []}", "{\"weight_map\": {}} x"})
  void indexesThatAreNoIndexAreRefused(String json) throws IOException {
    config("{}");
    Files.writeString(folder.resolve("model.safetensors.index.json"), json);
    assertRefused();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "[]",
        "1",
        "{",
        "{\"a\": }",
        "{\"a\": NaN}",
        "{'a': 1}",
        "{} {}",
        "{\"a\": 1,}",
        "{\"a\": 1, \"a\": 2}",
        "\uFEFF{}"
      })
  void brokenConfigurationsAreRefused(String json) throws IOException {
    config(json);
    weights("model.safetensors", "a", 1);
    assertTrue(assertRefused().startsWith(folder.resolve("config.json") + ": "));
  }

  @Test
  void configurationsThatAreNotUtf8AreRefused() throws IOException {
    Files.write(folder.resolve("config.json"), new byte[] {'{', (byte) 0xff, '}'});
    weights("model.safetensors", "a", 1);
    assertTrue(assertRefused().contains("UTF-8"));
  }

  @Test
  void aMissingConfigurationIsRefused() throws IOException {
    weights("model.safetensors", "a", 1);
    assertEquals(folder.resolve("config.json") + ": does not exist", assertRefused());
  }

  @Test
  void missingDirectoriesFilesAndWeightsAreRefused() throws IOException {
    Path missing = folder.resolve("missing");
    assertEquals(
        missing + ": there is no such model directory",
        assertThrows(InputException.class, () -> Checkpoint.open(missing)).getMessage());
    Path file = Files.writeString(folder.resolve("file"), "");
    assertThrows(InputException.class, () -> Checkpoint.open(file));
    config("{}");
    assertTrue(assertRefused().endsWith("holds no model.safetensors and no pytorch_model.bin"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tf_model.h5",
        "flax_model.msgpack",
        "rust_model.ot",
        "model.Q4.gguf",
        "onnx/model.onnx",
        "model.fp16.safetensors",
        "model.pt",
        "adapter_model.bin"
      })
  void weightsThatAreNotReadAreNamed(String name) throws IOException {
    config("{}");
    Files.createDirectories(folder.resolve(name).getParent());
    Files.writeString(folder.resolve(name), "");
    Files.writeString(folder.resolve("training_args.bin"), "");
    assertTrue(assertRefused().contains("but '" + name + "', "), name);
  }

  @ParameterizedTest
  @CsvSource({
    "module.bert.a, bert.a",
    "_orig_mod.bert.a, bert.a",
    "_orig_mod.module.bert.a, bert.a",
    "module._orig_mod.bert.a, bert.a",
    "bert._orig_mod.layer.0._checkpoint_wrapped_module.a, bert.layer.0.a",
    "_fsdp_wrapped_module.bert.a, bert.a",
    "model.bert.a, bert.a",
    "module.model.bert.a, bert.a",
    "bert.model.a, bert.model.a",
    "modules.a, modules.a"
  })
  void wrappersAreNoPartOfNames(String stored, String plain) throws IOException {
    config("{}");
    weights("model.safetensors", stored, 1, 2);
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      assertEquals(Set.of(plain), checkpoint.names());
      assertTrue(checkpoint.has(plain));
      assertArrayEquals(new float[] {1, 2}, checkpoint.readFloats(plain));
    }
  }

  @Test
  void aNameWithAndWithoutAWrapperIsRefused() throws IOException {
    config("{}");
    new SafetensorsWriter()
        .add("module.a", Shape.of(1), () -> new float[] {1})
        .add("a", Shape.of(1), () -> new float[] {2})
        .write(folder.resolve("model.safetensors"));
    assertTrue(assertRefused().contains("both 'module.a' and 'a'"));
  }

  @Test
  void theHashFollowsTheContent() throws IOException {
    config("{}");
    weights("model.safetensors", "a", 1, 2);
    String first = hash();
    assertEquals(64, first.length());
    assertEquals(first, hash());
    weights("model.safetensors", "a", 1, 3);
    String otherWeights = hash();
    assertNotEquals(first, otherWeights);
    config("{ }");
    assertNotEquals(otherWeights, hash());
  }

  private String hash() {
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      return checkpoint.contentHash();
    }
  }

  private String assertRefused() {
    String message =
        assertThrows(InputException.class, () -> Checkpoint.open(folder).close()).getMessage();
    assertTrue(message.startsWith(folder.toString()), message);
    assertEquals(1, message.lines().count(), message);
    return message;
  }

  private void config(String json) throws IOException {
    Files.writeString(folder.resolve("config.json"), json);
  }

  private void index(String weightMap) throws IOException {
    Files.writeString(
        folder.resolve("model.safetensors.index.json"),
        "{\"metadata\": {\"total_size\": 12}, \"weight_map\": {" + weightMap + "}}");
  }

  private void weights(String file, String tensor, float... values) {
    new SafetensorsWriter()
        .add(tensor, Shape.of(values.length), () -> values)
        .write(folder.resolve(file));
  }
}
