package io.github.lrfbench.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.cli.Natives;
import io.github.lrfbench.harness.cli.SweepLine;
import io.github.lrfbench.harness.result.CellPredictions;
import io.github.lrfbench.harness.result.LayerRow;
import io.github.lrfbench.harness.result.ResultsCsv;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.ScoreColumns;
import io.github.lrfbench.harness.result.SizeColumns;
import io.github.lrfbench.harness.sweep.Shard;
import io.github.lrfbench.harness.sweep.SweepConfig;
import io.github.lrfbench.harness.sweep.SweepListener;
import io.github.lrfbench.harness.sweep.SweepRecord;
import io.github.lrfbench.harness.sweep.SweepRunner;
import io.github.lrfbench.kernels.Device;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sweeps on a cluster of two executors, processes of this machine. */
class SparkSweepTest {
  private static JavaSparkContext spark;

  @TempDir private Path folder;

  @BeforeAll
  static void startCluster() {
    SparkConf conf =
        new SparkConf()
            .setMaster("local-cluster[2,1,1024]")
            .setAppName("test")
            .set("spark.ui.enabled", "false")
            .set("spark.driver.host", "127.0.0.1")
            .set("spark.executor.extraClassPath", System.getProperty("java.class.path"));
    spark = new JavaSparkContext(conf);
  }

  @AfterAll
  static void stopCluster() {
    spark.close();
  }

  private List<String> arguments(String... more) {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("--model=demo:bert", "--task=demo-rte", "--limit=16"));
    arguments.addAll(List.of("--seq-len=16", "--device=cpu", "--threads=1"));
    arguments.add("--out=" + folder.resolve("out"));
    arguments.addAll(List.of(more));
    return arguments;
  }

  private static List<RunRow> run(List<String> arguments) {
    return new SparkSweep(spark, arguments).run();
  }

  private List<RunRow> written() {
    return ResultsCsv.RUNS.read(folder.resolve("out/runs.csv"));
  }

  private static Map<String, RunRow> byCell(List<RunRow> rows) {
    Map<String, RunRow> cells = new HashMap<>();
    rows.forEach(row -> cells.put(row.get(RunColumns.CELL_ID), row));
    return cells;
  }

  @Test
  void cellsAreThoseOfASweepInOneProcessAndAResumedOneAddsWhatIsMissing() {
    List<RunRow> rows = run(arguments("--keep=0.5,0.3"));
    assertEquals(3, rows.size(), rows.toString());
    assertEquals(byCell(rows).keySet(), byCell(written()).keySet());

    SweepLine line = SweepLine.parse(arguments("--keep=0.5,0.3"));
    SweepConfig config =
        line.config("local").only("demo:bert", "demo-rte", folder.resolve("local"));
    Map<String, RunRow> local;
    try (Device device = line.openDevice("cpu")) {
      SweepRecord record = new SweepRecord("local", List.of(config), Shard.WHOLE, List.of());
      Path cache = Natives.cacheFolder();
      local = byCell(new SweepRunner(config, device, cache, SweepListener.NONE).run(record));
    }
    for (RunRow row : rows) {
      RunRow same = local.get(row.get(RunColumns.CELL_ID));
      assertNotNull(same, row.toString());
      assertEquals(RunRow.OK, row.get(RunColumns.STATUS), row.toString());
      assertEquals(same.get(ScoreColumns.METRIC), row.get(ScoreColumns.METRIC), 1e-6);
      assertEquals(same.get(SizeColumns.PARAMS), row.get(SizeColumns.PARAMS));
      String cell = row.get(RunColumns.CELL_ID);
      Path predictions = CellPredictions.find(folder.resolve("out"), cell).orElseThrow();
      assertEquals(16, CellPredictions.read(predictions).size());
    }
    List<LayerRow> layers = ResultsCsv.LAYERS.read(folder.resolve("out/layers.csv"));
    assertEquals(ResultsCsv.LAYERS.read(folder.resolve("local/layers.csv")).size(), layers.size());

    List<RunRow> more = run(arguments("--keep=0.5,0.3,0.2"));
    assertEquals(1, more.size(), more.toString());
    assertEquals(0.2, more.get(0).get(RunColumns.BUDGET));
    assertEquals(4, written().size());
    assertTrue(Files.exists(folder.resolve("out/run.json")));
  }

  @Test
  void aCellThatRunsOutOfMemoryIsAFailedRow() {
    List<RunRow> rows = run(arguments("--keep=0.5", "--batch-size=30000000"));
    assertEquals(2, rows.size());
    assertTrue(rows.stream().allMatch(RunRow::failed), rows.toString());
    assertTrue(
        rows.stream()
            .anyMatch(row -> row.get(RunColumns.ERROR).startsWith("out of memory (Java heap")),
        rows.toString());
  }

  @Test
  void aCellWhoseExecutorIsKilledIsRunAgain() throws Exception {
    List<String> arguments = arguments("--keep=0.6,0.5,0.4,0.3", "--seed=1");
    CompletableFuture<List<RunRow>> running = CompletableFuture.supplyAsync(() -> run(arguments));
    Path runs = folder.resolve("out/runs.csv");
    // A header and a row.
    while (!running.isDone() && (!Files.exists(runs) || Files.readAllLines(runs).size() < 2)) {
      Thread.sleep(20);
    }
    ProcessHandle executor =
        ProcessHandle.current()
            .descendants()
            .filter(process -> process.info().command().orElse("").endsWith("java"))
            .findFirst()
            .orElseThrow();
    assertTrue(executor.destroyForcibly());
    List<RunRow> rows = running.get();
    assertEquals(5, rows.size());
    assertTrue(rows.stream().noneMatch(RunRow::failed), rows.toString());
    assertEquals(5, byCell(written()).size());
  }
}
