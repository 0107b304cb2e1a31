package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.result.CellPredictions;
import io.github.lrfbench.harness.result.LayerRow;
import io.github.lrfbench.harness.result.MachineColumns;
import io.github.lrfbench.harness.result.ResultsCsv;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import io.github.lrfbench.kernels.cuda.emulator.Emulator;
import io.github.lrfbench.kernels.cuda.emulator.EmulatorTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands on two GPUs. */
@EmulatorTest
class TwoDeviceCommandsTest extends CommandCase {
  private static final int KILLS = 2;
  private static final int SEEDS = 6;

  @TempDir private Path folder;

  private Path out;

  @BeforeEach
  void writeModelAndData() throws IOException {
    out = folder.resolve("out");
    TinyCheckpoint.bert(folder.resolve("model"), 2);
    Path data = Files.createDirectories(folder.resolve("glue/SST-2"));
    Files.writeString(data.resolve("dev.tsv"), "sentence\tlabel\na good film .\t1\nbad .\t0\n");
    Emulator.setDevices(2);
  }

  @AfterEach
  void restore() {
    Emulator.setLost(1, false);
    Emulator.setDevices(1);
  }

  @Test
  void aFileNamesTheDevices() throws IOException {
    Path file = folder.resolve("sweep.yaml");
    Files.writeString(
        file,
        String.join(
            "\n",
            "model: " + folder.resolve("model"),
            "task: sst2",
            "glue: " + folder.resolve("glue"),
            "device: [cuda:0, cuda:1]",
            "keep: [0.7, 0.5]",
            "threads: 1",
            "seq-len: 2",
            "max-seconds: 0.05"));
    assertEquals(0, run("sweep", file.toString(), "--out=" + out), stderr);
    String first = "device cuda:0 (CUDA emulator), device cuda:1 (CUDA emulator)";
    assertEquals(first, stderr.lines().findFirst().orElseThrow());
    assertTrue(stderr.contains("sweep: 3/3"), stderr);
    List<RunRow> rows = ResultsCsv.RUNS.read(out.resolve("runs.csv"));
    assertEquals(3, rows.size());
    assertEquals(
        Set.of("cuda:0", "cuda:1"),
        rows.stream().map(row -> row.get(MachineColumns.DEVICE)).collect(Collectors.toSet()));
    assertEquals(0, run("sweep", file.toString(), "--out=" + out, "--device=cuda:1"), stderr);
    assertTrue(stderr.contains("all cells were done already"), "a cell is the same on any GPU");
    assertEquals(2, run("sweep", file.toString(), "--out=" + out, "--device=cuda:0,cuda:2"));
    assertTrue(stderr.contains("there is no device cuda:2; there are cuda:0 to cuda:1"), stderr);
  }

  @Test
  void gridsAfterALossRunOnWhatIsLeft() throws Exception {
    Path runs = out.resolve("runs.csv");
    Thread loss =
        new Thread(
            () -> {
              while (length(runs) == 0 || ResultsCsv.RUNS.read(runs).isEmpty()) {
                LockSupport.parkNanos(5_000_000);
              }
              Emulator.setLost(1, true);
            });
    loss.setDaemon(true);
    loss.start();
    int code =
        run(
            "sweep",
            "--model=" + folder.resolve("model"),
            "--task=sst2",
            "--glue=" + folder.resolve("glue"),
            "--keep=0.5,0.3",
            "--device=cuda:0,cuda:1",
            "--dtype=fp32,tf32",
            "--threads=1",
            "--seq-len=2",
            "--max-seconds=0.05",
            "--out=" + out);
    List<RunRow> rows = ResultsCsv.RUNS.read(runs);
    assertEquals(6, rows.size(), stderr);
    List<RunRow> failed = rows.stream().filter(RunRow::failed).toList();
    assertEquals(failed.isEmpty() ? 0 : 1, code, stderr);
    assertTrue(failed.size() <= 1, stderr);
    failed.forEach(row -> assertEquals("cuda:1", row.get(MachineColumns.DEVICE)));
    assertTrue(stderr.contains("cuda:1 is lost"), stderr);
    for (RunRow row : rows.subList(3, 6)) {
      assertEquals("tf32", row.get(MachineColumns.DTYPE));
      assertEquals("ok", row.get(RunColumns.STATUS), stderr);
      assertEquals("cuda:0", row.get(MachineColumns.DEVICE));
    }
  }

  @Test
  void listsBoth() {
    assertEquals(0, run("list", "devices"), stderr);
    assertTrue(stdout.lines().anyMatch(line -> line.matches("cuda:1 +CUDA emulator")), stdout);
  }

  @Test
  void aSweepThatIsKilledAgainAndAgainHoldsEveryCellOnce() throws Exception {
    Path runs = out.resolve("runs.csv");
    List<RunRow> before = List.of();
    for (int kill = 0; kill < KILLS; kill++) {
      Process process = start();
      long size = length(runs);
      while (process.isAlive() && length(runs) <= size) {
        Thread.sleep(1);
      }
      Thread.sleep(7L * kill);
      assertTrue(process.isAlive(), this::output);
      process.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
      List<RunRow> after = ResultsCsv.RUNS.read(runs);
      assertEquals(before, after.subList(0, before.size()), "finished rows were changed");
      before = after;
    }
    assertEquals(0, start().waitFor(), this::output);
    List<RunRow> rows = ResultsCsv.RUNS.read(runs);
    Set<String> cells = new HashSet<>();
    rows.forEach(row -> assertTrue(cells.add(row.get(RunColumns.CELL_ID)), "a cell is repeated"));
    assertEquals(1 + SEEDS, rows.size());
    Set<List<String>> matrices = new HashSet<>();
    List<LayerRow> layers = ResultsCsv.LAYERS.read(out.resolve("layers.csv"));
    layers.forEach(row -> assertTrue(matrices.add(List.of(row.cellId(), row.layer()))));
    assertEquals(12 * SEEDS, layers.size());
    for (String cell : cells) {
      assertEquals(2, CellPredictions.read(CellPredictions.find(out, cell).orElseThrow()).size());
    }
  }

  private Process start() throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    for (String property : List.of("lrfbench.cuda.libraries", "lrfbench.cache")) {
      command.add("-D" + property + "=" + System.getProperty(property));
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    String seeds = String.join(",", IntStream.range(0, SEEDS).mapToObj(Integer::toString).toList());
    command.addAll(
        List.of(
            "sweep",
            "--model=" + folder.resolve("model"),
            "--task=sst2",
            "--glue=" + folder.resolve("glue"),
            "--keep=0.5",
            "--seed=" + seeds,
            "--device=cuda:0,cuda:1",
            "--threads=1",
            "--seq-len=2",
            "--max-seconds=0.05",
            "--out=" + out));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("output").toFile());
    builder.environment().put("LRFBENCH_EMULATOR_DEVICES", "2");
    return builder.start();
  }

  private static long length(Path file) {
    return file.toFile().length();
  }

  private String output() {
    try {
      return Files.readString(folder.resolve("output"));
    } catch (IOException e) {
      return e.toString();
    }
  }
}
