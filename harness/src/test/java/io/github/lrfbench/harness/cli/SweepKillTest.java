package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.result.CellPredictions;
import io.github.lrfbench.harness.result.LayerRow;
import io.github.lrfbench.harness.result.ResultsCsv;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sweep is killed again and again, and in the end holds every cell once. */
class SweepKillTest {
  private static final int KILLS = 30;
  private static final int CELLS = 40;
  private static final int LONGEST_WAIT_MILLIS = 60;

  @TempDir private Path folder;

  private List<String> command(Path out) {
    String seeds = String.join(",", IntStream.range(0, CELLS).mapToObj(Integer::toString).toList());
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-cp",
        System.getProperty("java.class.path"),
        Main.class.getName(),
        "sweep",
        "--model=" + folder.resolve("model"),
        "--task=sst2",
        "--glue=" + folder.resolve("glue"),
        "--keep=0.5",
        "--seed=" + seeds,
        "--device=cpu",
        "--threads=1",
        "--seq-len=8",
        "--max-seconds=0.05",
        "--out=" + out);
  }

  private Process start(Path out) throws IOException {
    return new ProcessBuilder(command(out))
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("output").toFile())
        .start();
  }

  private static long length(Path file) throws IOException {
    return Files.exists(file) ? Files.size(file) : 0;
  }

  @Test
  void noCellIsLostTornOrRepeated() throws IOException, InterruptedException {
    TinyCheckpoint.bert(folder.resolve("model"), 2);
    Path data = Files.createDirectories(folder.resolve("glue/SST-2"));
    Files.writeString(data.resolve("dev.tsv"), "sentence\tlabel\na good film .\t1\nbad .\t0\n");
    Path out = folder.resolve("out");
    Path runs = out.resolve("runs.csv");
    SplittableRandom random = new SplittableRandom(1);
    List<RunRow> before = List.of();
    int killed = 0;
    while (killed < KILLS) {
      Process process = start(out);
      long size = length(runs);
      while (process.isAlive() && length(runs) <= size) {
        Thread.sleep(1);
      }
      Thread.sleep(random.nextInt(LONGEST_WAIT_MILLIS));
      boolean wasAlive = process.isAlive();
      process.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
      assertTrue(wasAlive, () -> "ended before it was killed: " + output());
      killed++;
      List<RunRow> after = ResultsCsv.RUNS.read(runs);
      assertEquals(before, after.subList(0, before.size()), "finished rows were changed");
      before = after;
    }
    assertTrue(before.size() < CELLS, "too few cells to be killed among");
    assertEquals(0, start(out).waitFor(), this::output);
    List<RunRow> rows = ResultsCsv.RUNS.read(runs);
    Set<String> cells = new HashSet<>();
    rows.forEach(row -> assertTrue(cells.add(row.get(RunColumns.CELL_ID)), "a cell is repeated"));
    assertEquals(1 + CELLS, rows.size());
    List<LayerRow> layers = ResultsCsv.LAYERS.read(out.resolve("layers.csv"));
    assertEquals(12 * CELLS, layers.size());
    Set<List<String>> keys = new HashSet<>();
    layers.forEach(row -> assertTrue(keys.add(List.of(row.cellId(), row.layer()))));
    for (String cell : cells) {
      assertEquals(2, CellPredictions.read(CellPredictions.find(out, cell).orElseThrow()).size());
    }
    assertEquals(cells.size(), out.resolve("predictions").toFile().list().length);
  }

  private String output() {
    try {
      return String.join("\n", new ArrayList<>(Files.readAllLines(folder.resolve("output"))));
    } catch (IOException e) {
      return e.toString();
    }
  }
}
