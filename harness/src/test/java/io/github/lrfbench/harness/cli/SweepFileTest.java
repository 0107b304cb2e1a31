package io.github.lrfbench.harness.cli;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.result.ResultsCsv;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunJson;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sweeps from YAML files, in parts, and joined. */
class SweepFileTest {
  @TempDir private Path folder;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private Path glue;

  @BeforeEach
  void writeModelAndData() throws IOException {
    TinyCheckpoint.bert(folder.resolve("model"), 2);
    glue = Files.createDirectories(folder.resolve("glue/SST-2")).getParent();
    StringBuilder dev = new StringBuilder("sentence\tlabel\n");
    for (int i = 0; i < 20; i++) {
      dev.append(i % 3 == 0 ? "a good film . \t" : "the plot is not very bad \t");
      dev.append(i % 2).append('\n');
    }
    Files.writeString(glue.resolve("SST-2/dev.tsv"), dev);
  }

  private Path yaml(String... lines) throws IOException {
    Path file = folder.resolve("sweep.yaml");
    String head = "model: " + folder.resolve("model") + "\nglue: " + glue + "\ntask: sst2\n";
    Files.writeString(file, head + String.join("\n", lines) + "\n");
    return file;
  }

  private int run(String... arguments) {
    out.reset();
    err.reset();
    return Main.run(print(out), print(err), arguments);
  }

  private static PrintStream print(ByteArrayOutputStream stream) {
    return new PrintStream(stream, true, StandardCharsets.UTF_8);
  }

  private String stdout() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String stderr() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private static List<String> variants(Path runs) {
    return ResultsCsv.RUNS.read(runs).stream()
        .map(row -> row.get(RunColumns.METHOD) + " " + row.get(RunColumns.BUDGET))
        .toList();
  }

  @Test
  void keysAreOptionsAndOptionsWin() throws IOException {
    Path file = yaml("keep: [0.5, 0.3]", "device: cpu", "threads: 1", "seq-len: 8");
    Path target = folder.resolve("out");
    assertEquals(0, run("sweep", file.toString(), "--out", target.toString()), stderr());
    assertEquals(List.of("dense null", "svd 0.5", "svd 0.3"), variants(target.resolve("runs.csv")));
    assertEquals(0, run("sweep", file.toString(), "--keep", "0.4", "--dry-run"), stderr());
    assertEquals(2, stdout().lines().count(), stdout());
    assertTrue(stdout().contains("svd keep 0.4"), stdout());
  }

  @Test
  void everyGridRunsIntoOneTableWithoutRepeatingACell() throws IOException {
    Path file =
        yaml(
            "device: cpu",
            "seq-len: 8",
            "keep: 0.5",
            "grids:",
            "  - keep: [0.3, 0.2]",
            "  - {rank: 2, layers: \"*.query\"}",
            "  - {keep: 0.3}");
    Path target = folder.resolve("out");
    assertEquals(0, run("sweep", file.toString(), "--out", target.toString()), stderr());
    assertEquals(
        List.of("dense null", "svd 0.3", "svd 0.2", "svd 0.5", "svd 2.0"),
        variants(target.resolve("runs.csv")));
    String record = Files.readString(target.resolve("run.json"));
    assertTrue(record.contains("\"*.query\"") && record.contains("0.2"), record);
    assertEquals(
        Files.readString(file),
        RunJson.read(target.resolve("run.json")).orElseThrow().get("file"),
        "the text of the file");
    assertEquals(0, run("sweep", file.toString(), "--out", target.toString(), "--dry-run"));
    assertEquals(2 + 1 + 2 + 1 + 2, stdout().lines().count(), stdout());
    assertTrue(stdout().lines().allMatch(line -> line.matches(".*\t\\d+ s")), stdout());
  }

  /**
   * Grids with and without a training share what is said of it; where all have none it is wrong.
   */
  @Test
  void howToTrainMayStandOutsideOfTheGridThatTrains() throws IOException {
    String[] lines = {
      "finetune-lr: 5e-5", "finetune-select: held-out", "grids:", "  - {keep: 0.5}", ""
    };
    Files.copy(glue.resolve("SST-2/dev.tsv"), glue.resolve("SST-2/train.tsv"));
    lines[4] = "  - {keep: 0.5, finetune-epochs: 1}";
    assertEquals(0, run("sweep", yaml(lines).toString(), "--dry-run"), stderr());
    lines[4] = "  - {keep: 0.3, finetune-epochs: 0}";
    assertEquals(2, run("sweep", yaml(lines).toString(), "--dry-run"));
    assertTrue(stderr().contains("--finetune-lr is of the training"), stderr());
  }

  @Test
  void moreCellsThanAskedForAreRefused() throws IOException {
    String numbers = IntStream.range(0, 400).mapToObj(String::valueOf).collect(joining(", "));
    Path file = yaml("rank: [" + numbers.replaceFirst("0, ", "") + "]", "seed: [" + numbers + "]");
    assertEquals(2, run("sweep", file.toString(), "--dry-run"));
    assertTrue(stderr().contains("has 159601 cells, more than 100000"), stderr());
    assertTrue(stderr().contains("--max-cells 159601"), stderr());
    assertEquals(2, run("sweep", file.toString(), "--seed", "1", "--max-cells", "99", "--dry-run"));
    assertEquals(0, run("sweep", file.toString(), "--seed", "1", "--dry-run"), stderr());
    assertEquals(2, run("sweep", yaml("max-cells: 5").toString(), "--dry-run"));
    assertTrue(stderr().contains("unknown key 'max-cells'"), stderr());
  }

  @Test
  void shardsTogetherAreTheSweep() throws IOException {
    Path file = yaml("device: cpu", "seq-len: 8", "keep: [0.9, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2]");
    Path target = folder.resolve("out");
    Set<String> cells = new HashSet<>();
    int rows = 0;
    for (int i = 0; i < 3; i++) {
      String shard = i + "/3";
      String[] part = {"sweep", file.toString(), "--out", target.toString(), "--shard", shard};
      assertEquals(0, run(part), stderr());
      Path runs = target.resolve("shard-" + i + "-of-3/runs.csv");
      for (RunRow row : ResultsCsv.RUNS.read(runs)) {
        cells.add(row.get(RunColumns.CELL_ID));
        rows++;
      }
    }
    assertEquals(8, rows);
    assertEquals(8, cells.size());
    Path merged = folder.resolve("merged");
    assertEquals(0, run("merge", target.toString(), "--out", merged.toString()), stderr());
    assertEquals(8, new HashSet<>(variants(merged.resolve("runs.csv"))).size());
    assertEquals(2, run("merge", target.toString(), "--out", merged.toString()));
    assertEquals(1, stderr().lines().count(), stderr());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "metod: svd|line 4: unknown key 'metod'; did you mean 'method'?",
        "keep: x|line 4: ",
        "dry-run: true|line 4: unknown key 'dry-run'",
        "grids: [{out: here}]|line 4: 'out' is the same for all grids",
        "grids: [{keep: 0.5}, {kep: 0.5}]|line 4: unknown key 'kep'; did you mean 'keep'?",
        "keep: 1.5|--keep",
        "method: swd|did you mean 'svd'",
        "grids: [{keep: 0.5}, {task: cola}]|CoLA"
      })
  void whatIsWrongIsToldBeforeAnythingRuns(String line, String fault) throws IOException {
    Path target = folder.resolve("out");
    assertEquals(
        2, run("sweep", yaml(line).toString(), "--device", "cpu", "--out", target.toString()));
    assertEquals(1, stderr().lines().count(), stderr());
    assertTrue(stderr().contains(fault), stderr());
    assertTrue(Files.notExists(target), stderr());
  }

  @Test
  void theSweepsOfTheProjectAreValid() throws IOException {
    Path sweeps = Path.of("..", "benchmarks", "sweeps");
    List<Path> files = new ArrayList<>();
    try (var found = Files.list(sweeps)) {
      found.forEach(files::add);
    }
    assertTrue(files.size() >= 5, files.toString());
    for (Path file : files) {
      // Models and data are not here: their cells are told all the same.
      int code = run("sweep", file.toString(), "--dry-run");
      assertTrue(code == 0 || code == 2, file + ": " + code);
      assertTrue(stdout().lines().count() > 5, file + ": " + stdout());
    }
  }

  private Path kernels(String... lines) throws IOException {
    Path file = folder.resolve("kernels.yaml");
    Files.writeString(file, "command: kernels\n" + String.join("\n", lines) + "\n");
    return file;
  }

  @Test
  void aFileCanNameTheKernelsInstead() throws IOException {
    Path table = folder.resolve("kernels.csv");
    String file =
        kernels(
                "quick: true",
                "device: cpu",
                "threads: 1",
                "rows: 1",
                "grids:",
                "  - {shapes: [12x8, 8x8], ranks: [2, 3]}",
                "  - {shapes: 9x5, ranks: 2}")
            .toString();
    assertEquals(0, run("sweep", file, "--dry-run"), stderr());
    // Of each grid the peak, its products and decompositions, and bandwidth with launches.
    assertEquals(1 + 2 + 2 * 2 + 1 + 1 + 1 + 1 + 1, stdout().lines().count(), stdout());
    assertTrue(stdout().contains("SVD of 12x8 to rank 3"), stdout());
    assertEquals(0, run("sweep", file, "--out", table.toString()), stderr());
    List<String> rows = Files.readAllLines(table);
    assertTrue(rows.stream().anyMatch(row -> row.contains(",9,5,")), rows.toString());
    assertTrue(rows.stream().anyMatch(row -> row.contains(",12,8,")), rows.toString());
  }

  @Test
  void whatIsWrongWithAllKernelGridsIsToldOnce() throws IOException {
    Path table = folder.resolve("kernels.csv");
    String file = kernels("grids:", "  - {shapes: 12x8}", "  - {shapes: 9x5}").toString();
    assertEquals(2, run("sweep", file, "--glue", "x", "--out", table.toString()), stderr());
    assertEquals(1, stderr().lines().count(), stderr());
    assertTrue(stderr().contains("'--glue' (see lrfbench kernels --help)"), stderr());
    assertTrue(Files.notExists(table));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "shape: 4x4|line 2: unknown key 'shape'; did you mean 'shapes'?",
        "ranks: x|line 2: ",
        "keep: 0.5|line 2: unknown key 'keep'"
      })
  void theirKeysAreCheckedToo(String line, String fault) throws IOException {
    assertEquals(2, run("sweep", kernels(line).toString(), "--dry-run"), stderr());
    assertTrue(stderr().contains(fault), stderr());
    assertEquals(1, stderr().lines().count(), stderr());
  }

  @Test
  void anotherCommandIsRefused() throws IOException {
    Path file = folder.resolve("other.yaml");
    Files.writeString(file, "command: doctor\n");
    assertEquals(2, run("sweep", file.toString()), stderr());
    assertTrue(stderr().contains("line 1: the command of a file is kernels"), stderr());
  }
}
