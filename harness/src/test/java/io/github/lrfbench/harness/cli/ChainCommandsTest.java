package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.checkpoint.Checkpoint;
import io.github.lrfbench.harness.result.ResultsCsv;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.ScoreColumns;
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
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Chains of stages as a user asks for them. */
class ChainCommandsTest {
  private static final String TRAINED = "svd+recover:epochs=3:lr=0.01";

  @TempDir private Path folder;

  private Path model;
  private String[] task;

  private record Outcome(int code, String out, String err) {}

  @BeforeEach
  void writeModelAndData() throws IOException {
    model = TinyCheckpoint.bert(folder.resolve("model"), 2);
    Path data = Files.createDirectories(folder.resolve("glue/SST-2"));
    StringBuilder examples = new StringBuilder("sentence\tlabel\n");
    for (int i = 0; i < 30; i++) {
      String sentence = i % 3 == 0 ? "a good film . " : "the plot is not very bad ";
      examples.append(sentence).append('\t').append(i % 2).append('\n');
    }
    Files.writeString(data.resolve("dev.tsv"), examples);
    Files.writeString(data.resolve("train.tsv"), examples);
    task = new String[] {"--task", "sst2", "--glue", folder.resolve("glue").toString()};
  }

  private Outcome run(String... command) {
    List<String> all = new ArrayList<>(List.of(command));
    if (!command[0].equals("list") && !command[0].equals("merge") && !command[0].equals("report")) {
      all.addAll(Arrays.asList(task));
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        Main.run(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            all.toArray(new String[0]));
    return new Outcome(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private Outcome sweep(Path out, String method, String... more) {
    List<String> command =
        new ArrayList<>(
            List.of("sweep", "--model", model.toString(), "--keep", "0.4", "--seq-len", "4"));
    command.addAll(List.of("--method", method, "--out", out.toString()));
    command.addAll(List.of(more));
    return run(command.toArray(new String[0]));
  }

  private static List<RunRow> rows(Path out) {
    return ResultsCsv.RUNS.read(out.resolve("runs.csv"));
  }

  private static RunRow row(Path out, String method) {
    return rows(out).stream()
        .filter(row -> row.get(RunColumns.METHOD).equals(method))
        .findFirst()
        .orElseThrow();
  }

  private static double metric(Outcome outcome) {
    return outcome
        .out()
        .lines()
        .filter(line -> line.startsWith("metric\t"))
        .mapToDouble(line -> Double.parseDouble(line.substring(7)))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aSweepRunsChainsAndAFailingOneIsARow() {
    Path all = folder.resolve("all");
    Path alone = folder.resolve("alone");
    Outcome swept = sweep(all, "svd,svdllm+refit,svd+fwsvd," + TRAINED);
    assertEquals(5, rows(all).size(), swept.err());
    RunRow failed = row(all, "svd+fwsvd");
    assertEquals("failed", failed.get(RunColumns.STATUS).toString().toLowerCase(Locale.ROOT));
    assertTrue(failed.get(RunColumns.ERROR).contains("no matrix is left"), swept.err());
    sweep(alone, "svdllm@+refit");
    RunRow inGrid = row(all, "svdllm+refit");
    RunRow cell = rows(alone).get(1);
    // A mark where the budget goes anyway is another text, and so another cell, of equal numbers.
    assertEquals("svdllm@+refit", cell.get(RunColumns.METHOD));
    assertEquals(inGrid.get(ScoreColumns.METRIC), cell.get(ScoreColumns.METRIC));
    assertEquals(inGrid.get(RunColumns.METHOD_PARAMS), cell.get(RunColumns.METHOD_PARAMS));
    assertTrue(cell.get(RunColumns.METHOD_PARAMS).contains("budget_stage=svdllm"));
    // Nothing is run twice.
    sweep(all, "svd,svdllm+refit," + TRAINED);
    assertEquals(5, rows(all).size());
    Outcome report = run("report", all.resolve("runs.csv").toString());
    assertEquals(0, report.code(), report.err());
  }

  @Test
  void shardsMergeToTheSameCells() {
    Path whole = folder.resolve("whole");
    Path one = folder.resolve("one");
    Path two = folder.resolve("two");
    String methods = "svd+bias,joint-attention+drone";
    sweep(whole, methods);
    sweep(one, methods, "--shard", "0/2");
    Outcome second = sweep(two, methods, "--shard", "1/2");
    assertEquals(0, second.code(), second.err());
    Path merged = folder.resolve("merged");
    Outcome outcome = run("merge", one.toString(), two.toString(), "--out", merged.toString());
    assertEquals(0, outcome.code(), outcome.err());
    assertEquals(ids(whole), ids(merged));
  }

  private static List<String> ids(Path out) {
    return rows(out).stream().map(row -> row.get(RunColumns.CELL_ID)).sorted().toList();
  }

  @Test
  void aFileOfSettingsHoldsChains() throws IOException {
    Path file = folder.resolve("sweep.yaml");
    Files.writeString(file, "method: [svd+bias, svd++drone@]\nkeep: [0.4]\n");
    Outcome planned = run("sweep", file.toString(), "--model", model.toString(), "--dry-run");
    assertEquals(0, planned.code(), planned.err());
    assertTrue(planned.out().contains("svd+bias keep 0.4, budget taken by svd\t"), planned.out());
    assertTrue(
        planned.out().contains("svd++drone@ keep 0.4, budget taken by drone\t"), planned.out());
  }

  @Test
  void whatATrainingMadeIsWrittenAndReadAgain() throws IOException {
    Path swept = folder.resolve("swept");
    Path written = folder.resolve("written");
    sweep(swept, TRAINED);
    String[] compress = {
      "compress", "--model", model.toString(), "--keep", "0.4", "--method", TRAINED, "--out"
    };
    for (String form : new String[] {"--lrf", "--dense"}) {
      List<String> command = new ArrayList<>(List.of(compress));
      command.add(written + form);
      if (form.equals("--dense")) {
        command.add(form);
      }
      Outcome made = run(command.toArray(new String[0]));
      assertEquals(0, made.code(), made.err());
      assertTrue(Files.readString(Path.of(written + form, "config.json")).contains("budget_stage"));
      double metric = metric(run("eval", "--model", written + form));
      assertEquals(rows(swept).get(1).get(ScoreColumns.METRIC), metric, 2e-6);
      try (Checkpoint source = Checkpoint.open(model);
          Checkpoint target = Checkpoint.open(Path.of(written + form))) {
        int compared = 0;
        for (String name : source.names()) {
          if (target.names().contains(name)) {
            assertFalse(
                Arrays.equals(source.readFloats(name), target.readFloats(name)), form + name);
            compared++;
          }
        }
        assertTrue(compared > 10);
      }
    }
  }

  @Test
  void chainsAreFineTuned() {
    Path out = folder.resolve("tuned");
    Outcome tuned =
        run(
            "finetune",
            "--model",
            model.toString(),
            "--method",
            TRAINED,
            "--keep",
            "0.4",
            "--epochs",
            "1",
            "--out",
            out.toString());
    assertEquals(0, tuned.code(), tuned.err());
    assertEquals(metric(tuned), metric(run("eval", "--model", out.toString())), 2e-6);
  }

  @Test
  void theListTellsStagesAndChains() {
    List<String> lines = run("list", "methods").out().lines().toList();
    assertTrue(line(lines, "A+B ").contains("chain"));
    for (String stage : new String[] {"refit ", "bias ", "lora ", "recover "}) {
      assertTrue(line(lines, stage).contains("a stage after others"), stage);
    }
    assertFalse(line(lines, "svd ").contains("a stage after others"));
  }

  private static String line(List<String> lines, String beginning) {
    return lines.stream().filter(line -> line.startsWith(beginning)).findFirst().orElseThrow();
  }

  @Test
  void whatIsNoChainIsWrongInput() {
    for (String method : new String[] {"svd+", "svd@+drone@", "refit", "svd+svd-head", "laser+x"}) {
      Outcome refused = sweep(folder.resolve("none"), method);
      assertEquals(ExitCode.WRONG_INPUT, refused.code(), method);
      assertEquals(1, refused.err().strip().lines().count(), refused.err());
    }
    Outcome policy = sweep(folder.resolve("none"), "laser+refit", "--allocate", "greedy");
    assertEquals(ExitCode.WRONG_INPUT, policy.code(), policy.err());
  }
}
