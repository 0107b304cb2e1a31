package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.lrfbench.harness.zoo.TinyCheckpoint;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code compress --dense} and {@code finetune} write are ordinary checkpoints to Hugging Face
 * transformers.
 */
class TransformersLoadTest {
  private static final String PYTHON =
      Objects.requireNonNullElse(System.getenv("LRFBENCH_PYTHON"), "python3");

  /** "a good film ." in the tiny vocabulary. */
  private static final String SCRIPT =
      """
      import sys, torch
      from transformers import AutoModelForSequenceClassification
      model, info = AutoModelForSequenceClassification.from_pretrained(sys.argv[1], output_loading_info=True)
      assert not any(info[key] for key in ("missing_keys", "unexpected_keys", "mismatched_keys")), info
      logits = model.eval()(torch.tensor([[2, 5, 6, 8, 12, 3]])).logits[0]
      print(" ".join(str(float(logit)) for logit in logits))
      """;

  @TempDir private Path folder;

  @Test
  void transformersLoadsItUnchangedAndGivesTheSameLogits()
      throws IOException, InterruptedException {
    assumeTrue(
        hasTransformers(), PYTHON + " has no transformers; LRFBENCH_PYTHON may name one that has");
    Path model = TinyCheckpoint.bert(folder.resolve("model"), 2);
    Path dense = folder.resolve("dense");
    assertEquals(
        0,
        run(
            "compress",
            "--model",
            model.toString(),
            "--rank",
            "3",
            "--dense",
            "--out",
            dense.toString()));

    assertSameLogits(dense);
  }

  @Test
  void transformersLoadsWhatWasTrained() throws IOException, InterruptedException {
    assumeTrue(
        hasTransformers(), PYTHON + " has no transformers; LRFBENCH_PYTHON may name one that has");
    Path model = TinyCheckpoint.bert(folder.resolve("model"), 3);
    Path glue = Files.createDirectories(folder.resolve("glue/SST-2"));
    String rows = "sentence\tlabel\na good film .\t1\na bad plot\t0\n";
    Files.writeString(glue.resolve("train.tsv"), rows);
    Files.writeString(glue.resolve("dev.tsv"), rows);
    Path trained = folder.resolve("trained");
    assertEquals(
        0,
        run(
            "finetune",
            "--model",
            model.toString(),
            "--task",
            "sst2",
            "--glue",
            folder.resolve("glue").toString(),
            "--lr",
            "1e-2",
            "--out",
            trained.toString()));
    assertSameLogits(trained);
  }

  private void assertSameLogits(Path model) throws IOException, InterruptedException {
    Path glue = Files.createDirectories(folder.resolve("glue/SST-2"));
    Files.writeString(glue.resolve("dev.tsv"), "sentence\tlabel\na good film .\t1\n");
    Path predictions = folder.resolve("p.tsv");
    assertEquals(
        0,
        run(
            "eval",
            "--model",
            model.toString(),
            "--task",
            "sst2",
            "--glue",
            folder.resolve("glue").toString(),
            "--predictions",
            predictions.toString()));
    double[] ours = numbers(Files.readAllLines(predictions).get(1).split("\t", 3)[2], "\t");
    double[] theirs = numbers(python(SCRIPT, model.toString()).strip(), " ");
    for (int i = 0; i < ours.length; i++) {
      assertEquals(theirs[i], ours[i], 1e-5);
    }
  }

  private static double[] numbers(String text, String separator) {
    return Arrays.stream(text.split(separator)).mapToDouble(Double::parseDouble).toArray();
  }

  private static boolean hasTransformers() throws InterruptedException {
    try {
      python("import torch, transformers, safetensors");
      return true;
    } catch (IOException | AssertionError e) {
      return false;
    }
  }

  private static String python(String script, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(PYTHON, "-c", script));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    return output;
  }

  private static int run(String... arguments) {
    PrintStream quiet = new PrintStream(PrintStream.nullOutputStream());
    PrintStream before = System.err;
    System.setErr(quiet);
    try {
      return Main.run(quiet, quiet, arguments);
    } finally {
      System.setErr(before);
    }
  }
}
