package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.checkpoint.SafetensorsFile;
import io.github.lrfbench.harness.checkpoint.SafetensorsWriter;
import io.github.lrfbench.harness.checkpoint.TensorFile;
import io.github.lrfbench.harness.checkpoint.TorchBytes;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import io.github.lrfbench.kernels.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A head that neither the model nor the adapter has is not made up. */
class AdapterCommandsTest {
  private static final String QUERY = "base_model.model.bert.encoder.layer.0.attention.self.query";

  @TempDir private Path folder;
  private Path glue;
  private String errors;

  @BeforeEach
  void writeData() throws IOException {
    glue = Files.createDirectories(folder.resolve("glue/SST-2")).getParent();
    Files.writeString(
        glue.resolve("SST-2/dev.tsv"), "sentence\tlabel\na good film .\t1\na bad plot\t0\n");
  }

  /** A BERT without the modules that begin so. */
  private Path model(int labels, String without) throws IOException {
    Path whole = TinyCheckpoint.bert(folder.resolve("whole"), labels);
    Path part = TinyCheckpoint.bert(folder.resolve("part"), labels);
    SafetensorsWriter writer = new SafetensorsWriter();
    try (SafetensorsFile file = SafetensorsFile.open(whole.resolve("model.safetensors"))) {
      for (String name : file.names()) {
        if (without == null || !name.startsWith(without)) {
          float[] values = file.readFloats(name);
          writer.add(name, file.shape(name), () -> values);
        }
      }
    }
    writer.write(part.resolve("model.safetensors"));
    return part;
  }

  private Path adapter(boolean head, boolean pooler) throws IOException {
    Path adapter = Files.createDirectories(folder.resolve("adapter"));
    String saved = (head ? "\"classifier\"" : "") + (pooler ? ", \"pooler\"" : "");
    Files.writeString(
        adapter.resolve("adapter_config.json"),
        "{\"peft_type\": \"LORA\", \"r\": 2, \"lora_alpha\": 4, \"modules_to_save\": ["
            + saved
            + "], \"target_modules\": [\"0.attention.self.query\"]}");
    SafetensorsWriter writer = new SafetensorsWriter();
    add(writer, QUERY + ".lora_A.weight", 2, 12);
    add(writer, QUERY + ".lora_B.weight", 12, 2);
    if (head) {
      add(writer, "base_model.model.classifier.weight", 2, 12);
      add(writer, "base_model.model.classifier.bias", 2);
    }
    if (pooler) {
      add(writer, "base_model.model.bert.pooler.dense.weight", 12, 12);
      add(writer, "base_model.model.bert.pooler.dense.bias", 12);
    }
    writer.write(adapter.resolve("adapter_model.safetensors"));
    return adapter;
  }

  private static void add(SafetensorsWriter writer, String name, long... dims) {
    float[] values = new float[(int) Arrays.stream(dims).reduce(1, (a, b) -> a * b)];
    Arrays.fill(values, 0.1f);
    writer.add(name, Shape.of(dims), () -> values);
  }

  private int run(String command, Path model, String... more) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    String[] all = {command, "--model", model.toString(), "--device", "cpu", "--task", "sst2"};
    String[] joined = Arrays.copyOf(all, all.length + more.length);
    System.arraycopy(more, 0, joined, all.length, more.length);
    PrintStream before = System.err;
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    try {
      return Main.run(
          new PrintStream(out, true, StandardCharsets.UTF_8),
          new PrintStream(err, true, StandardCharsets.UTF_8),
          joined);
    } finally {
      System.setErr(before);
      errors = err.toString(StandardCharsets.UTF_8);
    }
  }

  private int evaluate(Path model, Path adapter) {
    return run("eval", model, "--glue", glue.toString(), "--adapter", adapter.toString());
  }

  private int merge(Path model, Path adapter) {
    String out = folder.resolve("merged").toString();
    return run("merge-lora", model, "--adapter", adapter.toString(), "--out", out);
  }

  @ParameterizedTest
  @CsvSource({
    "2, classifier, false, false",
    "2, bert.pooler, true, false",
    "2, bert.pooler, false, true",
    "3, , false, false"
  })
  void aHeadThatNobodyHasIsRefused(int labels, String without, boolean head, boolean pooler)
      throws IOException {
    Path model = model(labels, without);
    Path adapter = adapter(head, pooler);
    assertEquals(2, evaluate(model, adapter), errors);
    assertEquals(1, errors.lines().filter(line -> line.startsWith("lrfbench: ")).count(), errors);
    assertEquals(2, merge(model, adapter), errors);
    assertEquals(1, errors.lines().filter(line -> line.startsWith("lrfbench: ")).count(), errors);
    assertFalse(Files.exists(folder.resolve("merged")));
  }

  @ParameterizedTest
  @CsvSource({"2, classifier, false", "3, , false", "2, , false", "3, bert.pooler, true"})
  void aHeadThatTheAdapterBringsIsTaken(int labels, String without, boolean pooler)
      throws IOException {
    Path model = model(labels, without);
    Path adapter = adapter(true, pooler);
    assertEquals(0, evaluate(model, adapter), errors);
    assertEquals(0, merge(model, adapter), errors);
  }

  @Test
  void aHeadThatTheModelHasIsTaken() throws IOException {
    Path model = model(2, null);
    Path adapter = adapter(false, false);
    assertEquals(0, evaluate(model, adapter), errors);
    assertEquals(0, merge(model, adapter), errors);
    assertTrue(Files.exists(folder.resolve("merged/config.json")));
  }

  /** PEFT before 0.7 wrote files of torch.save, as old models are. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void filesOfTorchSaveAreReadAsSafetensorsAre(boolean old) throws IOException {
    Path model = model(2, null);
    Path adapter = adapter(true, false);
    String right = predictions(model, adapter);
    toTorch(adapter, "adapter_model", old);
    assertEquals(right, predictions(model, adapter));
    toTorch(model, "pytorch_model", old);
    assertEquals(right, predictions(model, adapter));
    assertEquals(0, merge(model, adapter), errors);
    assertTrue(Files.exists(folder.resolve("merged/model.safetensors")));
  }

  private static void toTorch(Path directory, String name, boolean old) throws IOException {
    Path before = directory.resolve(name.replace("pytorch_", "") + ".safetensors");
    try (TensorFile file = TensorFile.open(before)) {
      Files.write(directory.resolve(name + ".bin"), TorchBytes.of(file, old));
    }
    Files.delete(before);
  }

  private String predictions(Path model, Path adapter) throws IOException {
    String[] more = {"--glue", glue.toString(), "--adapter", adapter.toString(), "--predictions"};
    Path written = folder.resolve("predictions.tsv");
    String[] all = Arrays.copyOf(more, more.length + 1);
    all[more.length] = written.toString();
    assertEquals(0, run("eval", model, all), errors);
    return Files.readString(written);
  }
}
