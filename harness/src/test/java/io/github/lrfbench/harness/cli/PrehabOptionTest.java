package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.checkpoint.SafetensorsFile;
import io.github.lrfbench.harness.input.JsonFile;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code finetune --prehab} as a user calls it. */
class PrehabOptionTest {
  @TempDir private Path folder;

  private Path model;
  private Path glue;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeEach
  void writeModelAndData() throws IOException {
    model = TinyCheckpoint.bert(folder.resolve("model"), 2);
    glue = folder.resolve("glue");
    Path data = Files.createDirectories(glue.resolve("SST-2"));
    String rows = "a good film\t1\nbad plot\t0\nvery good\t1\nnot good\t0\nthe film .\t1\n";
    Files.writeString(data.resolve("train.tsv"), "sentence\tlabel\n" + rows.repeat(8));
    Files.writeString(data.resolve("dev.tsv"), "sentence\tlabel\n" + rows);
  }

  private int run(String command, Path from, String... more) {
    List<String> all =
        new ArrayList<>(List.of(command, "--model", from.toString(), "--task", "sst2"));
    all.addAll(List.of("--glue", glue.toString(), "--threads", "1"));
    all.addAll(List.of(more));
    out.reset();
    err.reset();
    PrintStream before = System.err;
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    try {
      return Main.run(
          new PrintStream(out, true, StandardCharsets.UTF_8),
          System.err,
          all.toArray(String[]::new));
    } finally {
      System.setErr(before);
    }
  }

  private double printed(String name) {
    return out.toString(StandardCharsets.UTF_8)
        .lines()
        .filter(line -> line.startsWith(name + "\t"))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow();
  }

  private static float[] tensor(Path directory, String name) {
    try (SafetensorsFile file = SafetensorsFile.open(directory.resolve("model.safetensors"))) {
      return file.readFloats(name);
    }
  }

  @Test
  void itWritesAnOrdinaryCheckpointThatAnyMethodTruncates() {
    Path target = folder.resolve("prepared");
    int code =
        run(
            "finetune",
            model,
            "--prehab",
            "lambda=5",
            "--epochs",
            "3",
            "--lr",
            "1e-2",
            "--batch-size",
            "8",
            "--layers",
            "*.0.*",
            "--out",
            target.toString());
    assertEquals(0, code, err.toString(StandardCharsets.UTF_8));
    double before = printed("stable_rank_before");
    assertTrue(printed("stable_rank_after") < before);
    String dense = "bert.encoder.layer.0.attention.self.key.weight";
    assertFalse(Arrays.equals(tensor(model, dense), tensor(target, dense)));
    for (String same :
        List.of(
            "bert.encoder.layer.1.attention.self.key.weight",
            "bert.encoder.layer.0.attention.self.key.bias",
            "classifier.weight")) {
      assertTrue(Arrays.equals(tensor(model, same), tensor(target, same)), same);
    }
    assertEquals(
        "prehab:lambda=5",
        JsonFile.read(target.resolve("config.json")).path("lrfbench").path("prehab").asText());
    double metric = printed("metric");
    assertEquals(0, run("eval", target), err.toString(StandardCharsets.UTF_8));
    assertEquals(metric, printed("metric"));
    Path half = folder.resolve("half");
    int compressed =
        run("compress", target, "--method", "drone", "--keep", "0.4", "--out", half.toString());
    assertEquals(0, compressed, err.toString(StandardCharsets.UTF_8));
    assertEquals(0, run("eval", half), err.toString(StandardCharsets.UTF_8));
  }

  @Test
  void itsOptionsMayBeLeftOut() {
    Path target = folder.resolve("prepared");
    int code = run("finetune", model, "--prehab", "--epochs", "1", "--out", target.toString());
    assertEquals(0, code, err.toString(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @CsvSource({
    "--prehab lambda=1 --keep 0.5, not with a budget",
    "--prehab --lora-r 2, not with --lora-r",
    "--prehab --from-scratch, trains no head",
    "--prehab lambda=-1, lambda must be",
    "--prehab epochs=3, give --epochs",
    "--prehab nothing=3, no option 'nothing'",
    "--prehab --layers nothing.*, nothing.*",
    "--method prehab --keep 0.5, prehab leaves matrices dense",
  })
  void whatDoesNotGoWithItIsRefusedInALine(String options, String what) {
    List<String> more = new ArrayList<>(List.of(options.split(" ")));
    more.addAll(List.of("--out", folder.resolve("refused").toString()));
    int code = run("finetune", model, more.toArray(String[]::new));
    String told = err.toString(StandardCharsets.UTF_8);
    assertEquals(2, code, told);
    List<String> lines = told.lines().filter(line -> line.startsWith("lrfbench: ")).toList();
    assertEquals(1, lines.size(), told);
    assertTrue(lines.get(0).contains(what), lines.get(0));
  }

  @Test
  void aHeadThatIsDrawnAnewIsToBeFineTunedFirst() throws IOException {
    Path three = TinyCheckpoint.bert(folder.resolve("three"), 3);
    int code = run("finetune", three, "--prehab", "--out", folder.resolve("refused").toString());
    assertEquals(2, code);
    assertTrue(err.toString(StandardCharsets.UTF_8).contains("fine-tune it first"));
  }
}
