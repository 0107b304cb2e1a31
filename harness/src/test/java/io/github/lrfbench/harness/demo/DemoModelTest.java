package io.github.lrfbench.harness.demo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DemoModelTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path cache;

  private static Set<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
    }
  }

  private static JsonNode config(Path folder) throws IOException {
    return JSON.readTree(folder.resolve("config.json").toFile());
  }

  /** How many numbers the weights are, of which each must be a half. */
  private static long halves(Path folder) throws IOException {
    byte[] file = Files.readAllBytes(folder.resolve("model.safetensors"));
    int length = (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
    JsonNode header = JSON.readTree(new String(file, 8, length, StandardCharsets.UTF_8));
    long parameters = 0;
    for (String name : (Iterable<String>) header::fieldNames) {
      if (!name.equals("__metadata__")) {
        assertEquals("F16", header.get(name).get("dtype").asText(), name);
        long size = 1;
        for (JsonNode dimension : header.get(name).get("shape")) {
          size *= dimension.asLong();
        }
        parameters += size;
      }
    }
    assertEquals(8 + length + 2 * parameters, file.length);
    return parameters;
  }

  private Path bert(DemoTask task) {
    return DemoModel.BERT.unpack(cache, task.taskName());
  }

  @ParameterizedTest
  @EnumSource
  void unpacksAHuggingFaceDirectory(DemoTask task) throws IOException {
    Path folder = bert(task);
    assertEquals(
        Set.of("config.json", "model.safetensors", "vocab.txt", "tokenizer_config.json"),
        names(folder));
    JsonNode config = config(folder);
    assertEquals("bert", config.get("model_type").asText());
    assertEquals("BertForSequenceClassification", config.at("/architectures/0").asText());
    assertEquals(DemoVocabulary.SIZE, config.get("vocab_size").asInt());
    assertTrue(config.get("max_position_embeddings").asInt() >= 128);
    if (!task.labels().isEmpty()) {
      List<String> labels =
          IntStream.range(0, task.labels().size())
              .mapToObj(i -> config.at("/id2label/" + i).asText())
              .toList();
      assertEquals(task.labels(), labels);
    }
    JsonNode tokenizer = JSON.readTree(folder.resolve("tokenizer_config.json").toFile());
    assertTrue(tokenizer.get("do_lower_case").asBoolean());
  }

  @ParameterizedTest
  @EnumSource
  void weightsAreHalvesOfAboutAMillionParameters(DemoTask task) throws IOException {
    assertEquals(1_023_104 + 129L * Math.max(1, task.labels().size()), halves(bert(task)));
  }

  @Test
  void gpt2IsALanguageModel() throws IOException {
    JsonNode language = config(DemoModel.GPT2.unpack(cache, DemoCorpus.TASK));
    assertEquals("GPT2LMHeadModel", language.at("/architectures/0").asText());
    assertEquals(DemoBytePairs.SIZE, language.get("vocab_size").asInt());
  }

  @Test
  void gpt2IsAClassifierOfReviews() throws IOException {
    Path classifier = DemoModel.GPT2.unpack(cache, DemoTask.SST2.taskName());
    assertEquals(
        "GPT2ForSequenceClassification", config(classifier).at("/architectures/0").asText());
    assertEquals(
        halves(DemoModel.GPT2.unpack(cache, DemoCorpus.TASK)) + 2 * 96, halves(classifier));
  }

  @Test
  void gpt2TakesAboutAMegabyte() throws IOException {
    long body = 1024 * 96 + 128 * 96 + 4 * (12 * 96 * 96 + 13 * 96) + 2 * 96;
    Path language = DemoModel.GPT2.unpack(cache, DemoCorpus.TASK);
    assertEquals(
        Set.of("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"),
        names(language));
    assertEquals(body, halves(language));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "lm", "wikitext2", "e2e", "rte", "demo-cola"})
  void forOtherTasksGpt2IsTheLanguageModel(String task) {
    assertEquals(DemoModel.GPT2.unpack(cache, DemoCorpus.TASK), DemoModel.GPT2.unpack(cache, task));
  }

  @Test
  void bertIsForItsTasksAlone() {
    InputException fault =
        assertThrows(InputException.class, () -> DemoModel.BERT.unpack(cache, "demo-lm"));
    assertTrue(fault.getMessage().contains("demo-lm"), fault.getMessage());
    assertTrue(fault.getMessage().contains("demo-cola, demo-sst2"), fault.getMessage());
  }

  @ParameterizedTest
  @EnumSource
  void isFoundByItsName(DemoModel model) {
    assertEquals(Optional.of(model), DemoModel.of(model.modelName()));
    assertEquals(Optional.empty(), DemoModel.of(model.modelName() + "x"));
  }

  @Test
  void everyTaskHasItsOwnModel() {
    assertNotEquals(bert(DemoTask.COLA), bert(DemoTask.SST2));
  }

  @Test
  void unpackingAgainTouchesNothing() throws IOException {
    Path folder = bert(DemoTask.RTE);
    Path weights = folder.resolve("model.safetensors");
    FileTime old = FileTime.fromMillis(1_000_000);
    Files.setLastModifiedTime(weights, old);
    assertEquals(folder, bert(DemoTask.RTE));
    assertEquals(old, Files.getLastModifiedTime(weights));
  }

  @Test
  void damagedAndMissingFilesAreMended() throws IOException {
    Path folder = bert(DemoTask.RTE);
    Path weights = folder.resolve("model.safetensors");
    byte[] whole = Files.readAllBytes(weights);
    byte[] damaged = whole.clone();
    damaged[damaged.length / 2] ^= 1;
    Files.write(weights, damaged);
    Files.delete(folder.resolve("vocab.txt"));
    bert(DemoTask.RTE);
    assertArrayEquals(whole, Files.readAllBytes(weights));
    assertEquals(4, names(folder).size());
  }

  @Test
  void manyMayUnpackAtOnce() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Callable<byte[]>> unpackers =
          IntStream.range(0, 16)
              .mapToObj(
                  i ->
                      (Callable<byte[]>)
                          () ->
                              Files.readAllBytes(bert(DemoTask.STSB).resolve("model.safetensors")))
              .toList();
      Set<Integer> contents = new java.util.HashSet<>();
      for (Future<byte[]> content : threads.invokeAll(unpackers)) {
        contents.add(java.util.Arrays.hashCode(content.get()));
      }
      assertEquals(1, contents.size());
    } finally {
      threads.shutdown();
    }
    assertEquals(4, names(bert(DemoTask.STSB)).size());
  }

  @Test
  void aCacheThatCannotBeWrittenIsSaidInOneLine() throws IOException {
    Path file = Files.writeString(cache.resolve("file"), "");
    InputException fault =
        assertThrows(InputException.class, () -> DemoModel.BERT.unpack(file, "demo-cola"));
    assertTrue(fault.getMessage().contains(file.toString()), fault.getMessage());
    assertEquals(1, fault.getMessage().lines().count());
  }
}
