package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.checkpoint.SafetensorsWriter;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import io.github.lrfbench.kernels.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is written of a sentence encoder is one, wherever its parts lay. */
class SentenceCopiesTest {
  @TempDir private Path folder;
  private Path model;
  private Path glue;
  private String errors;

  @BeforeEach
  void writeData() throws IOException {
    model = folder.resolve("encoder");
    glue = Files.createDirectories(folder.resolve("glue/STS-B")).getParent();
    String row = "\tmain\tf\t2012\t1\tn\tn\t";
    Files.writeString(
        glue.resolve("STS-B/dev.tsv"),
        "index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2\tscore\n"
            + ("0" + row + "a good film not very bad .\ta bad plot\t1\n")
            + ("1" + row + "the plot .\tthe film\t4\n")
            + ("2" + row + "not bad\tvery good film\t5\n"));
  }

  private void write(String transformer, String pooling) throws IOException {
    Path checkpoint = TinyCheckpoint.bert(model.resolve(transformer), 1);
    Files.writeString(checkpoint.resolve("sentence_bert_config.json"), "{\"max_seq_length\": 5}");
    String module = "{\"path\": \"%s\", \"type\": \"sentence_transformers.models.%s\"}";
    Files.writeString(
        model.resolve("modules.json"),
        "["
            + String.format(module, transformer, "Transformer")
            + ", "
            + String.format(module, pooling, "Pooling")
            + ", "
            + String.format(module, "2_Normalize", "Normalize")
            + "]");
    Files.writeString(
        model.resolve("config_sentence_transformers.json"), "{\"similarity_fn_name\": \"dot\"}");
    Files.createDirectories(model.resolve(pooling));
    Files.writeString(
        model.resolve(pooling).resolve("config.json"), "{\"pooling_mode\": [\"cls\", \"mean\"]}");
  }

  @ParameterizedTest
  @CsvSource({"'', 1_Pooling", "0_Transformer, 1_Pooling", "'', parts/pool", "0_BERT, pool"})
  void aCompressedEncoderIsWhole(String transformer, String pooling) throws IOException {
    write(transformer, pooling);
    Path copy = folder.resolve("copy");
    String[] whole = {
      "--energy", "1", "--dense", "--overwrite", "--glue", glue.toString(), "--out", copy.toString()
    };
    assertEquals(0, run("compress", model, whole), errors);
    assertClose(scores(model), scores(copy));

    // What is written over it leaves nothing of it behind.
    write("", "other");
    assertEquals(0, run("compress", model, whole), errors);
    assertEquals(pooling.equals("other"), Files.exists(copy.resolve(pooling)));
    assertClose(scores(model), scores(copy));
  }

  @Test
  void aPoolingWithoutAFolderIsRefused() throws IOException {
    write("0_Transformer", "");
    assertEquals(2, run("compress", model, "--rank", "2", "--out", folder.resolve("o").toString()));
    assertTrue(errors.contains("modules.json: the pooling has no folder of its own"), errors);
  }

  @Test
  void anAdapterIsMergedIntoAnEncoder() throws IOException {
    write("0_Transformer", "1_Pooling");
    Path adapter = Files.createDirectories(folder.resolve("adapter"));
    Files.writeString(
        adapter.resolve("adapter_config.json"),
        "{\"peft_type\": \"LORA\", \"r\": 2, \"lora_alpha\": 4, \"target_modules\": [\"query\"]}");
    SafetensorsWriter writer = new SafetensorsWriter();
    for (int layer = 0; layer < 2; layer++) {
      String query = "base_model.model.encoder.layer." + layer + ".attention.self.query.lora_";
      add(writer, query + "A.weight", 2, 12);
      add(writer, query + "B.weight", 12, 2);
    }
    writer.write(adapter.resolve("adapter_model.safetensors"));
    Path merged = folder.resolve("merged");
    assertEquals(
        0,
        run("merge-lora", model, "--adapter", adapter.toString(), "--out", merged.toString()),
        errors);
    String adapted = scores(model, "--adapter", adapter.toString());
    assertNotEquals(scores(model), adapted);
    assertClose(adapted, scores(merged));
  }

  private static void add(SafetensorsWriter writer, String name, int rows, int cols) {
    float[] values = new float[rows * cols];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.sin(i + 1);
    }
    writer.add(name, Shape.of(rows, cols), () -> values);
  }

  private static void assertClose(String expected, String actual) {
    String[] right = expected.split("\\s+");
    String[] found = actual.split("\\s+");
    assertEquals(right.length, found.length);
    for (int i = 0; i < right.length; i++) {
      if (right[i].matches("-?[0-9].*")) {
        assertEquals(Double.parseDouble(right[i]), Double.parseDouble(found[i]), 1e-5);
      }
    }
  }

  private String scores(Path of, String... more) throws IOException {
    Path predictions = folder.resolve("predictions.tsv");
    String[] all = {"--glue", glue.toString(), "--predictions", predictions.toString()};
    assertEquals(0, run("eval", of, join(all, more)), errors);
    return Files.readString(predictions);
  }

  private int run(String command, Path of, String... more) {
    String[] all = {command, "--model", of.toString(), "--device", "cpu", "--task", "stsb"};
    String[] joined = join(all, more);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
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

  private static String[] join(String[] first, String[] second) {
    return Stream.concat(Arrays.stream(first), Arrays.stream(second)).toArray(String[]::new);
  }
}
