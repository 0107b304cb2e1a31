package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.result.MachineColumns;
import io.github.lrfbench.harness.result.ResultsCsv;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.TimeColumns;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A call of {@code sweep} as a whole: its grids, its bar, its table, and how it is stopped. */
class SweepCallTest extends CommandCase {
  @TempDir private Path folder;

  private Path out;

  @BeforeEach
  void writeModelAndData() throws IOException {
    TinyCheckpoint.bert(folder.resolve("model"), 2);
    writeData("glue", "a good film .\t1\nbad .\t0\n");
    out = folder.resolve("out");
  }

  private void writeData(String name, String rows) throws IOException {
    Path data = Files.createDirectories(folder.resolve(name).resolve("SST-2"));
    Files.writeString(data.resolve("dev.tsv"), "sentence\tlabel\n" + rows);
  }

  private int sweep(String... more) {
    String[] first = {
      "sweep",
      "--model=" + folder.resolve("model"),
      "--task=sst2",
      "--glue=" + folder.resolve("glue"),
      "--device=cpu",
      "--threads=1",
      "--out=" + out
    };
    return run(Stream.concat(Arrays.stream(first), Arrays.stream(more)).toArray(String[]::new));
  }

  private List<RunRow> rows() {
    return ResultsCsv.RUNS.read(out.resolve("runs.csv"));
  }

  private static List<String> ids(List<RunRow> rows) {
    return rows.stream().map(row -> row.get(RunColumns.CELL_ID)).toList();
  }

  @Test
  void severalShapesAreAGridWhoseCellsAreThoseOfEachAlone() {
    assertEquals(0, sweep("--keep=0.5", "--batch-size=1,2", "--seq-len=4,8"), stderr);
    List<RunRow> grid = rows();
    assertEquals(
        List.of("1 4", "1 4", "1 8", "1 8", "2 4", "2 4", "2 8", "2 8"),
        grid.stream()
            .map(row -> row.get(TimeColumns.BATCH_SIZE) + " " + row.get(TimeColumns.SEQ_LEN))
            .toList());
    assertEquals(1, stderr.lines().filter(line -> line.startsWith("sweep: 0/8")).count(), stderr);
    assertTrue(stderr.contains("sweep: 8/8"), stderr);
    out = folder.resolve("alone");
    assertEquals(0, sweep("--keep=0.5", "--batch-size=2", "--seq-len=4"), stderr);
    assertEquals(ids(grid).subList(4, 6), ids(rows()));
  }

  @Test
  void whatOneGridHasOneOfIsAnAxis() {
    String[] axes = {
      "--calibration=8,16", "--max-length=4,8", "--limit=1,2", "--round-to=1,2", "--dry-run"
    };
    assertEquals(
        0,
        sweep(Stream.concat(Stream.of("--keep=0.5"), Arrays.stream(axes)).toArray(String[]::new)),
        stderr);
    // Cells that do not depend on an axis are the same cells in both of its grids.
    assertEquals(2 * 2 * 2 * 3, stdout.lines().count(), stdout);
    Set<String> ids = new HashSet<>();
    stdout.lines().forEach(line -> ids.add(line.split("\t")[0]));
    assertEquals(2 * 2 * 3, ids.size());
    assertEquals(0, sweep("--energy=0.5", "--energy-of=own,weights", "--dry-run"), stderr);
    assertEquals(3, stdout.lines().count(), stdout);
  }

  @Test
  void onlySweepsTakeSeveralDevicesAndShapes() {
    String[] eval = {"eval", "--model", folder.resolve("model").toString(), "--task", "sst2"};
    String[] two = {"--glue", folder.resolve("glue").toString(), "--max-length", "4,8"};
    assertEquals(
        2, run(Stream.concat(Arrays.stream(eval), Arrays.stream(two)).toArray(String[]::new)));
    assertEquals("lrfbench: give one --max-length; only a sweep takes several\n", stderr);
  }

  @Test
  void everyDeviceIsOpenedBeforeTheFirstRuns() {
    assertEquals(2, sweep("--keep=0.5", "--dtype=fp32,fp16"), stderr);
    assertTrue(stderr.contains("--dtype fp16 is not supported by the CPU"), stderr);
    assertTrue(Files.notExists(out));
  }

  @Test
  void aResumedCallShowsTheWholeTable() {
    assertEquals(0, sweep("--keep=0.5,0.3", "--seq-len=8"), stderr);
    String table = stdout;
    assertEquals(0, sweep("--keep=0.5,0.4,0.3", "--seq-len=8"), stderr);
    List<String> methods =
        stdout
            .lines()
            .filter(line -> line.startsWith("sst2"))
            .map(line -> line.substring(6, 19).strip())
            .toList();
    assertEquals(List.of("dense", "svd keep 0.5", "svd keep 0.4", "svd keep 0.3"), methods);
    assertTrue(stderr.contains("written to " + out), stderr);
    assertEquals(0, sweep("--keep=0.5,0.3", "--seq-len=8"), stderr);
    assertEquals(table, stdout);
    assertTrue(stderr.contains("all cells were done already: " + out), stderr);
    assertEquals(4, rows().size());
  }

  @Test
  void gridsOfDifferentDataAreRefusedBeforeTheFirstStarts() throws IOException {
    writeData("other", "good .\t1\nbad .\t0\n");
    Path file =
        Files.writeString(
            folder.resolve("sweep.yaml"),
            String.join(
                "\n",
                "model: " + folder.resolve("model"),
                "task: sst2",
                "device: cpu",
                "keep: 0.5",
                "grids:",
                "  - glue: " + folder.resolve("glue"),
                "  - glue: " + folder.resolve("other"),
                ""));
    assertEquals(2, run("sweep", file.toString(), "--out", out.toString()), stderr);
    assertTrue(stderr.contains("is not the data that another grid has"), stderr);
    assertEquals(1, stderr.lines().count(), stderr);
    assertTrue(Files.notExists(out));
    assertEquals(2, run("sweep", file.toString(), "--out", out.toString(), "--dry-run"), stderr);
    assertTrue(stderr.contains("is not the data that another grid has"), stderr);
    writeData("other", "a good film .\t1\nbad .\t0\n");
    assertEquals(0, run("sweep", file.toString(), "--out", out.toString()), stderr);
  }

  @Test
  void aDryRunListsTheIdsThatARunGives() {
    assertEquals(0, sweep("--keep=0.5,0.3", "--seq-len=8", "--dry-run"), stderr);
    List<String> ids = stdout.lines().map(line -> line.split("\t")[0]).toList();
    assertTrue(Files.notExists(out));
    assertEquals(0, sweep("--keep=0.5,0.3", "--seq-len=8"), stderr);
    assertEquals(ids(rows()), ids);
    assertEquals(0, sweep("--keep=0.5,0.3", "--seq-len=8", "--shard=0/2", "--dry-run"), stderr);
    List<String> part = stdout.lines().map(line -> line.split("\t")[0]).toList();
    assertEquals(0, sweep("--keep=0.5,0.3", "--seq-len=8", "--shard=1/2", "--dry-run"), stderr);
    List<String> both = new ArrayList<>(part);
    stdout.lines().forEach(line -> both.add(line.split("\t")[0]));
    assertEquals(new HashSet<>(ids), new HashSet<>(both));
    assertEquals(ids.size(), both.size());
  }

  @Test
  void aDryRunFindsWhatIsMissing() throws IOException {
    Files.delete(folder.resolve("glue/SST-2/dev.tsv"));
    assertEquals(2, sweep("--keep=0.5", "--dry-run"));
    assertTrue(stderr.contains("dev.tsv"), stderr);
    assertEquals(2, stdout.lines().filter(line -> line.startsWith("?\t")).count(), stdout);
    // A method that learns wants training data too.
    writeData("glue", "a good film .\t1\nbad .\t0\n");
    assertEquals(2, sweep("--keep=0.5", "--method=drone", "--dry-run"));
    assertTrue(stderr.contains("train.tsv"), stderr);
    assertEquals(2, sweep("--keep=0.5", "--model=" + folder.resolve("absent"), "--dry-run"));
    assertTrue(stderr.contains("absent") && stdout.contains(out.getParent() + "/model"), stderr);
    assertEquals(4, stdout.lines().count(), stdout);
  }

  @Test
  void aDryRunForAGpuNeedsNone() {
    assertEquals(
        0,
        run(
            "sweep",
            "--model=" + folder.resolve("model"),
            "--task=sst2",
            "--glue=" + folder.resolve("glue"),
            "--device=cuda:1",
            "--keep=0.5",
            "--dry-run"),
        stderr);
    String gpu = stdout;
    assertEquals(0, sweep("--keep=0.5", "--dry-run"), stderr);
    assertEquals(gpu.lines().count(), stdout.lines().count());
    assertTrue(!gpu.split("\t")[0].equals(stdout.split("\t")[0]));
  }

  @Test
  void devicesOfAKindShareCellsAndKindsHaveTheirOwn() throws IOException {
    Path data = folder.resolve("glue/SST-2");
    Files.copy(data.resolve("dev.tsv"), data.resolve("train.tsv"));
    assertEquals(0, dryRun("cuda:1"), stderr);
    String one = stdout;
    assertEquals(0, dryRun("cuda:0,cuda:1"), stderr);
    assertEquals(one, stdout, "the same cells");
    assertTrue(stderr.startsWith("2 cells, shared by 2 devices; no earlier run"), stderr);
    assertEquals(0, dryRun("cpu,cuda:0,cuda:1"), stderr);
    assertEquals(4, stdout.lines().distinct().count());
    assertEquals(2, dryRun("cuda,cuda:0"));
    assertEquals("lrfbench: --device cuda,cuda:0 names cuda:0 twice", stderr.strip());
    assertEquals(2, sweep("--device=cpu", "--keep=0.5"));
    assertTrue(stderr.contains("names cpu twice"), stderr);
    assertFalse(Files.exists(out));
    for (String command : List.of("eval", "compress", "finetune", "generate", "kernels")) {
      List<String> line = new ArrayList<>(List.of(command, "--device=cuda:0,cuda:1"));
      if (!command.equals("kernels")) {
        line.add("--model=" + folder.resolve("model"));
      }
      if (command.equals("eval") || command.equals("finetune")) {
        line.addAll(List.of("--task=sst2", "--glue=" + folder.resolve("glue")));
      }
      if (command.equals("compress") || command.equals("finetune")) {
        line.addAll(List.of("--keep=0.5", "--out=" + out));
      }
      if (command.equals("generate")) {
        line.add("--prompt=a");
      }
      assertEquals(2, run(line.toArray(String[]::new)), command);
      assertEquals("lrfbench: give one --device; only a sweep takes several", stderr.strip());
      assertFalse(Files.exists(out), command);
    }
  }

  private int dryRun(String devices) {
    return run(
        "sweep",
        "--model=" + folder.resolve("model"),
        "--task=sst2",
        "--glue=" + folder.resolve("glue"),
        "--device=" + devices,
        "--keep=0.5",
        "--dry-run");
  }

  @Test
  void theRecordAndRowsTellTheDevice() throws IOException {
    assertEquals(0, sweep("--keep=0.5", "--seq-len=4,8"), stderr);
    rows().forEach(row -> assertEquals("cpu", row.get(MachineColumns.DEVICE)));
    assertTrue(
        Files.readString(out.resolve("run.json")).contains("\"device\": \"cpu\""),
        Files.readString(out.resolve("run.json")));
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void aSweepThatIsStoppedSaysWhatIsKept() throws Exception {
    List<String> seeds = new ArrayList<>();
    for (int seed = 0; seed < 200; seed++) {
      seeds.add(Integer.toString(seed));
    }
    Path log = folder.resolve("log");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "sweep",
                "--model=" + folder.resolve("model"),
                "--task=sst2",
                "--glue=" + folder.resolve("glue"),
                "--device=cpu",
                "--keep=0.5",
                "--seed=" + String.join(",", seeds),
                "--out=" + out)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    Path runs = out.resolve("runs.csv");
    while (process.isAlive() && (!Files.exists(runs) || Files.readAllLines(runs).size() < 4)) {
      Thread.sleep(20);
    }
    // SIGTERM; Ctrl-C is told likewise, but may be ignored where tests run.
    process.destroy();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    String text = Files.readString(log);
    assertTrue(
        text.contains("of 201 cells are kept in " + out + "; the same command goes on from there"),
        text);
    assertTrue(ResultsCsv.RUNS.read(runs).size() >= 3);
  }
}
