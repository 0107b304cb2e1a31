package io.github.lrfbench.harness.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.recover.Recovery;
import io.github.lrfbench.harness.measure.RoundRule;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.result.ResultsCsv;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunJson;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.SampleRow;
import io.github.lrfbench.harness.result.ScoreColumns;
import io.github.lrfbench.harness.result.TimeColumns;
import io.github.lrfbench.harness.source.TextSource;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models of one shape take the times of the first. */
class SharedTimingTest {
  private static final Budget HALF = new Budget.Keep(0.5);

  @TempDir private Path folder;
  private Path model;

  @BeforeEach
  void writeModelAndData() throws IOException {
    model = TinyCheckpoint.bert(folder.resolve("model"), 2);
    Path data = Files.createDirectories(folder.resolve("glue/SST-2"));
    StringBuilder examples = new StringBuilder("sentence\tlabel\n");
    for (int i = 0; i < 12; i++) {
      String sentence = i % 3 == 0 ? "a good film . " : "the plot is not very bad ";
      examples.append(sentence).append('\t').append(i % 2).append('\n');
    }
    Files.writeString(data.resolve("dev.tsv"), examples);
    Files.writeString(data.resolve("train.tsv"), examples);
  }

  @Test
  void variantsOfOneShapeAreTimedOnce() {
    List<RunRow> rows =
        run(List.of("svd", "fwsvd"), List.of(HALF, new Budget.Keep(0.2)), false, "out");
    RunRow svd = rows.get(1);
    RunRow other = rows.get(3);
    assertEquals(List.of("svd", "fwsvd"), List.of(method(svd), method(other)));
    for (RunRow own : rows.subList(0, 3)) {
      assertNull(timedWith(own), own.toString());
    }
    assertEquals(svd.get(RunColumns.CELL_ID), timedWith(other));
    assertEquals(rows.get(2).get(RunColumns.CELL_ID), timedWith(rows.get(4)));
    assertNotEquals(
        svd.get(TimeColumns.LATENCY_MS_MEAN), rows.get(2).get(TimeColumns.LATENCY_MS_MEAN));
    for (var column :
        List.of(TimeColumns.LATENCY_MS_MEAN, TimeColumns.SPEEDUP, TimeColumns.PEAK_MEMORY_BYTES)) {
      assertEquals(svd.get(column), other.get(column), column.name());
    }
    assertNotEquals(svd.get(ScoreColumns.LOSS), other.get(ScoreColumns.LOSS));
    assertEquals(calls(svd), calls(other));
    assertTrue(calls(svd) > 0);
  }

  @Test
  void everyModelIsTimedWhereThatIsAskedFor() {
    List<RunRow> rows = run(List.of("svd", "fwsvd"), List.of(HALF), true, "out");
    assertNull(timedWith(rows.get(2)));
    assertNotEquals(
        rows.get(1).get(TimeColumns.LATENCY_MS_MEAN), rows.get(2).get(TimeColumns.LATENCY_MS_MEAN));
  }

  @Test
  void formsWhoseTimeDependsOnValuesAreTimedEach() {
    List<RunRow> rows =
        run(List.of("prune:score=magnitude", "prune:score=wanda"), List.of(HALF), false, "out");
    assertTrue(rows.stream().noneMatch(RunRow::failed), rows.toString());
    assertNull(timedWith(rows.get(1)));
    assertNull(timedWith(rows.get(2)));
  }

  @Test
  void aTimingOfAnEarlierCallIsNotTaken() {
    run(List.of("svd"), List.of(HALF), false, "out");
    RunRow later = run(List.of("svd", "fwsvd", "drone"), List.of(HALF), false, "out").get(0);
    assertEquals("fwsvd", method(later));
    assertNull(timedWith(later));
  }

  @Test
  void theRecordTellsWhereTheTimeWent() {
    List<RunRow> rows = run(List.of("svd", "fwsvd"), List.of(HALF), false, "out");
    Map<?, ?> times =
        (Map<?, ?>)
            RunJson.read(folder.resolve("out").resolve("run.json")).orElseThrow().get("times");
    double sum = 0;
    for (Map.Entry<?, ?> phase : times.entrySet()) {
      double seconds = ((Number) phase.getValue()).doubleValue();
      sum += phase.getKey().equals("all") ? -seconds : seconds;
    }
    assertEquals(0, sum, 0.01, times.toString());
    double measured =
        measured(rows.get(0)) + measured(rows.get(1)); // the third took the times of the second
    assertEquals(measured, ((Number) times.get("measure")).doubleValue(), 0.05 * measured + 0.01);
    assertTrue(((Number) times.get("decompose")).doubleValue() > 0);
  }

  private static double measured(RunRow row) {
    return ((Number) row.get(RunColumns.EXTRA).get("measure_seconds")).doubleValue();
  }

  private static Object timedWith(RunRow row) {
    return row.get(RunColumns.EXTRA).get("timed_with");
  }

  private static String method(RunRow row) {
    return row.get(RunColumns.METHOD);
  }

  private long calls(RunRow row) {
    String id = row.get(RunColumns.CELL_ID);
    return ResultsCsv.SAMPLES.read(folder.resolve("out").resolve("latencies.csv")).stream()
        .map(SampleRow::cellId)
        .filter(id::equals)
        .count();
  }

  private List<RunRow> run(
      List<String> methods, List<Budget> budgets, boolean timesEach, String out) {
    SweepConfig config =
        new SweepConfig(
            List.of(model.toString()),
            List.of("sst2"),
            methods,
            budgets,
            List.of(Allocation.UNIFORM),
            List.of(Recovery.NONE),
            64,
            List.of(0L),
            List.of(),
            "cpu",
            "fp32",
            1,
            LatencyKind.FORWARD,
            1,
            8,
            new RoundRule(1, 2, 0, 0),
            timesEach,
            32,
            0,
            Gpt2Options.DEFAULT,
            folder.resolve("glue"),
            TextSource.NONE,
            folder.resolve(out),
            KeptPredictions.AUTO,
            List.of(),
            List.of());
    try (Device device = Devices.open("cpu", new DeviceOptions(1), line -> {})) {
      SweepRecord record = new SweepRecord("run", List.of(config), Shard.WHOLE, List.of());
      return new SweepRunner(config, device, folder.resolve("cache"), SweepListener.NONE)
          .run(record);
    }
  }
}
