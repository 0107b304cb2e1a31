package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.input.JsonFile;
import io.github.lrfbench.harness.result.ExitColumns;
import io.github.lrfbench.harness.result.ResultsCsv;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.ScoreColumns;
import io.github.lrfbench.harness.result.SizeColumns;
import io.github.lrfbench.harness.result.TimeColumns;
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
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Early exits from their training to rows, as a user calls it. */
class EarlyExitCommandsTest {
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
    Files.writeString(data.resolve("dev.tsv"), "sentence\tlabel\n" + rows.repeat(5));
  }

  private int run(String command, Path of, String... more) {
    List<String> all =
        new ArrayList<>(List.of(command, "--model", of.toString(), "--task", "sst2"));
    all.addAll(List.of("--glue", glue.toString(), "--threads", "1", "--device", "cpu"));
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

  private String value(String name) {
    return out.toString(StandardCharsets.UTF_8)
        .lines()
        .filter(line -> line.startsWith(name + "\t"))
        .map(line -> line.substring(name.length() + 1))
        .collect(Collectors.joining());
  }

  private void assertRefused(String words, String command, Path of, String... more) {
    assertEquals(2, run(command, of, more), err.toString(StandardCharsets.UTF_8));
    List<String> lines = err.toString(StandardCharsets.UTF_8).lines().toList();
    assertTrue(lines.get(lines.size() - 1).contains(words), lines.toString());
  }

  private Path trained(String how) {
    Path target = folder.resolve(how);
    String[] options = {
      "--exits", how, "--epochs", "2", "--lr", "1e-2", "--out", target.toString()
    };
    assertEquals(0, run("finetune", model, options), err.toString(StandardCharsets.UTF_8));
    assertTrue(!value("exit_1_metric").isEmpty() && !value("exit_2_metric").isEmpty());
    assertEquals(
        how,
        JsonFile.read(target.resolve("config.json")).path("early_exits").path("training").asText());
    return target;
  }

  @Test
  void exitsAreTrainedUsedAndKeptByCompression() {
    for (String how : List.of("two-stage", "joint")) {
      Path exits = trained(how);
      assertEquals(0, run("eval", exits));
      final String whole = value("metric");
      assertEquals("", value("exit_shares"));
      assertTrue(!err.toString(StandardCharsets.UTF_8).contains("early_exits"), "unknown key");
      assertEquals(0, run("eval", exits, "--exit", "entropy:0"));
      assertEquals(whole, value("metric"));
      assertEquals("0|1", value("exit_shares"));
      assertEquals("1.000000", value("exit_cost"));
      assertEquals(0, run("eval", exits, "--exit", "entropy:0.7", "--batch-size", "3"));
      assertEquals("1|0", value("exit_shares"));
      assertEquals("0.500000", value("exit_cost"));
      Path half = folder.resolve(how + "-half");
      assertEquals(
          0,
          run("compress", exits, "--method", "svd", "--keep", "0.5", "--out", half.toString()),
          err.toString(StandardCharsets.UTF_8));
      assertEquals(0, run("eval", half, "--exit", "layer:1"));
      assertEquals("1|0", value("exit_shares"));
    }
  }

  @Test
  void aTrainingWithoutThemLeavesThemOut() {
    Path exits = trained("two-stage");
    Path later = folder.resolve("later");
    assertEquals(0, run("finetune", exits, "--epochs", "1", "--out", later.toString()));
    assertTrue(err.toString(StandardCharsets.UTF_8).contains("early exits, which are left out"));
    assertTrue(JsonFile.read(later.resolve("config.json")).path("early_exits").isMissingNode());
    assertRefused("no early exits", "eval", later, "--exit", "entropy:0.1");
  }

  private List<RunRow> sweep(Path of, Path target, String... more) {
    List<String> all = new ArrayList<>(List.of("--method", "svd", "--keep", "0.5"));
    all.addAll(List.of("--seq-len", "8", "--warmup", "0", "--min-runs", "1", "--max-seconds", "0"));
    all.addAll(List.of("--out", target.toString()));
    all.addAll(List.of(more));
    assertEquals(
        0, run("sweep", of, all.toArray(String[]::new)), err.toString(StandardCharsets.UTF_8));
    return ResultsCsv.RUNS.read(target.resolve("runs.csv"));
  }

  @Test
  void everyCellGetsOneBesideItForEachPolicy() {
    Path exits = trained("joint");
    List<RunRow> plain = sweep(exits, folder.resolve("plain"));
    Path target = folder.resolve("swept");
    List<RunRow> rows = sweep(exits, target, "--exit", "entropy:0,layer:1", "--exit", "layer:1");
    assertEquals(6, rows.size());
    assertEquals(ids(plain), ids(rows.stream().filter(row -> !row.isBeside()).toList()));
    assertEquals(6, ids(rows).size());
    for (RunRow row : rows) {
      assertEquals(RunRow.OK, row.get(RunColumns.STATUS), row.get(RunColumns.ERROR));
      String exit = row.get(ExitColumns.EXIT);
      boolean dense = row.get(RunColumns.METHOD).equals("dense");
      if (exit == null) {
        assertEquals("forward", row.get(TimeColumns.LATENCY_KIND));
        assertNull(row.get(ExitColumns.EXIT_SHARES));
        continue;
      }
      assertEquals("inputs", row.get(TimeColumns.LATENCY_KIND));
      assertEquals((dense ? "dense" : "svd") + " exit " + exit, row.get(RunColumns.LABEL));
      assertEquals("joint", row.get(ExitColumns.EXIT_TRAINING));
      assertEquals(25, row.get(TimeColumns.LATENCY_RUNS));
      assertNull(row.get(TimeColumns.SEQ_LEN));
      assertNull(row.get(SizeColumns.FLOPS_PER_EXAMPLE));
      assertTrue(row.get(ExitColumns.EXIT_SPEEDUP) > 0);
      assertTrue(row.get(ExitColumns.EXIT_SPEEDUP_LOW) < row.get(ExitColumns.EXIT_SPEEDUP_HIGH));
      boolean whole = exit.equals("entropy:0");
      assertEquals(whole ? "0|1" : "1|0", row.get(ExitColumns.EXIT_SHARES));
      assertEquals(whole ? 2.0 : 1.0, row.get(ExitColumns.EXIT_LAYER_MEAN));
      if (whole && dense) {
        assertEquals(1.0, row.get(SizeColumns.FLOPS_RATIO), 1e-12);
        assertEquals(0.0, row.get(ScoreColumns.METRIC_DROP));
      } else {
        assertTrue(row.get(SizeColumns.FLOPS_RATIO) < 1);
      }
    }
    err.reset();
    assertEquals(6, sweep(exits, target, "--exit", "entropy:0,layer:1").size(), "run again");
    String told = err.toString(StandardCharsets.UTF_8);
    assertFalse(told.contains("lacks matrices"), told);
    assertEquals(8, sweep(exits, target, "--exit", "patience:1").size());
  }

  private static List<String> ids(List<RunRow> rows) {
    return rows.stream().map(row -> row.get(RunColumns.CELL_ID)).distinct().toList();
  }

  @Test
  void aFileOfASweepHasThemAsAKey() throws IOException {
    Path exits = trained("two-stage");
    Path file = folder.resolve("sweep.yaml");
    Files.writeString(
        file,
        String.join(
            "\n",
            Arrays.asList(
                "model: " + exits,
                "task: sst2",
                "glue: " + glue,
                "method: svd",
                "keep: 0.5",
                "device: cpu",
                "exit: [\"entropy:0.1\", \"patience:1\"]",
                "")));
    out.reset();
    assertEquals(
        0,
        Main.run(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            System.err,
            "sweep",
            file.toString(),
            "--dry-run",
            "--out",
            folder.resolve("dry").toString()));
    String told = out.toString(StandardCharsets.UTF_8);
    assertEquals(6, told.lines().filter(line -> line.contains("sst2")).count(), told);
    assertTrue(told.contains("svd keep 0.5 exit patience:1"), told);
  }

  @Test
  void whatDoesNotGoTogetherIsRefused() throws IOException {
    String target = folder.resolve("target").toString();
    Path three = TinyCheckpoint.bert(folder.resolve("three"), 3);
    assertRefused("head is drawn anew", "finetune", three, "--exits", "two-stage", "--out", target);
    assertRefused("two-stage or joint", "finetune", model, "--exits", "both", "--out", target);
    assertRefused(
        "not with --lora-r",
        "finetune",
        model,
        "--exits",
        "joint",
        "--lora-r",
        "2",
        "--out",
        target);
    assertRefused(
        "not with --prehab",
        "finetune",
        model,
        "--exits",
        "joint",
        "--prehab",
        "lambda=1",
        "--out",
        target);
    assertRefused("no early exits", "eval", model, "--exit", "entropy:0.1");
    assertRefused("--exit must be", "eval", model, "--exit", "entropy");
    assertRefused("no early exits", "sweep", model, "--exit", "patience:1", "--out", target);
  }
}
