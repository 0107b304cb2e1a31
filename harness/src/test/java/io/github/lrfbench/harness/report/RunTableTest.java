package io.github.lrfbench.harness.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.result.MachineColumns;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.ScoreColumns;
import io.github.lrfbench.harness.result.SizeColumns;
import io.github.lrfbench.harness.result.TimeColumns;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class RunTableTest {
  @Test
  void theTableShowsCostAndGainUnderOneHeading() {
    assertEquals(
        """
        demo:bert, cpu, Imaginary Processor, fp32, 2 threads, latency of 1 x 128
        task       method         kept  metric                 drop  parameters  latency  speedup
        ---------  ------------  -----  -------------------  ------  ----------  -------  -------
        demo-cola  dense         1.000  mcc 0.8123 ± 0.0210              1.53 M  4.21 ms
        demo-cola  svd keep 0.5  0.499  mcc 0.7011 ± 0.0210  0.1112       982 k  2.90 ms    1.45x
        demo-cola  svd rank 128  failed: out of memory
        """,
        RunTable.render(List.of(dense().build(), svd().build(), failed().build())));
  }

  @Test
  void modelsHaveHeadingsOfTheirOwn() {
    String table =
        RunTable.render(
            List.of(dense().build(), dense().set(RunColumns.MODEL, "/models/größe").build()));
    assertTrue(table.contains("\n\n/models/größe, cpu"), table);
  }

  @Test
  void gpusOfANameShareATable() {
    RunRow.Builder gpu = dense().set(MachineColumns.DEVICE_NAME, "A");
    String table =
        RunTable.render(
            List.of(
                gpu.set(MachineColumns.DEVICE, "cuda:0").build(),
                gpu.set(MachineColumns.DEVICE, "cuda:1").build(),
                gpu.set(MachineColumns.DEVICE_NAME, "B").build()));
    assertEquals(
        List.of("A", "B"),
        table
            .lines()
            .filter(line -> line.contains(", cuda, "))
            .map(line -> line.replaceAll(".*, cuda, (.).*", "$1"))
            .toList());
  }

  @Test
  void severalSeedsAreToldApart() {
    String table = RunTable.render(List.of(svd().build(), svd().set(RunColumns.SEED, 2).build()));
    assertTrue(table.contains("svd keep 0.5 seed 1 "), table);
    assertTrue(table.contains("svd keep 0.5 seed 2 "), table);
  }

  @Test
  void variantsAreToldApartAlsoWhereTheyFailed() {
    String table =
        RunTable.render(
            List.of(
                svd().set(RunColumns.LABEL, "svd").build(),
                svd().set(RunColumns.LABEL, "svd greedy round 8").build(),
                failed()
                    .set(RunColumns.CELL_ID, "d")
                    .set(RunColumns.LABEL, "svd finetune 1 x 5e-5")
                    .build(),
                svd()
                    .set(RunColumns.SCHEMA, 1L)
                    .set(RunColumns.METHOD_PARAMS, "allocate=sensitivity;round_to=1")
                    .build()));
    assertTrue(table.contains(" svd keep 0.5 "), table);
    assertTrue(table.contains(" svd greedy round 8 keep 0.5 "), table);
    assertTrue(table.contains(" svd finetune 1 x 5e-5 rank 128 "), table);
    assertTrue(table.contains(" svd sensitivity keep 0.5 "), table);
  }

  @Test
  void nothingIsWiderThan120Characters() {
    String longText = "😀 a very long name".repeat(20);
    String table =
        RunTable.render(
            List.of(
                svd()
                    .set(RunColumns.MODEL, longText)
                    .set(RunColumns.TASK, longText)
                    .set(RunColumns.METHOD, longText)
                    .build(),
                failed().set(RunColumns.MODEL, longText).set(RunColumns.ERROR, longText).build()));
    assertTrue(table.lines().allMatch(line -> line.codePointCount(0, line.length()) <= 120), table);
    assertTrue(table.contains("1.45x"), table);
  }

  @Test
  void namesAreCutWhereTheyDoNotDiffer() {
    String method = "drone:" + "option=value:".repeat(12) + "last=";
    String table =
        RunTable.render(
            List.of(
                svd().set(RunColumns.METHOD, method + 1).build(),
                svd().set(RunColumns.METHOD, method + 2).build()));
    assertTrue(table.contains("…"), table);
    assertTrue(table.contains("last=1 keep 0.5") && table.contains("last=2 keep 0.5"), table);
  }

  @Test
  void rowsThatMeasuredNothingShowNothing() {
    RunRow bare =
        RunRow.builder()
            .set(RunColumns.RUN_ID, "r")
            .set(RunColumns.CELL_ID, "c")
            .set(RunColumns.STATUS, RunRow.OK)
            .set(ScoreColumns.METRIC, Double.NaN)
            .set(ScoreColumns.METRIC_NAME, "mcc")
            .build();
    assertTrue(RunTable.render(List.of(bare)).contains("mcc NaN"));
    assertEquals("", RunTable.render(List.of()));
  }

  @Test
  void theLocaleDoesNotMatter() {
    String expected = RunTable.render(List.of(dense().build()));
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.GERMANY);
      assertEquals(expected, RunTable.render(List.of(dense().build())));
    } finally {
      Locale.setDefault(before);
    }
  }

  private static RunRow.Builder dense() {
    return RunRow.builder()
        .set(RunColumns.RUN_ID, "r")
        .set(RunColumns.CELL_ID, "c")
        .set(RunColumns.STATUS, RunRow.OK)
        .set(RunColumns.MODEL, "demo:bert")
        .set(RunColumns.TASK, "demo-cola")
        .set(RunColumns.METHOD, "dense")
        .set(RunColumns.SEED, 1)
        .set(MachineColumns.DEVICE, "cpu")
        .set(MachineColumns.DEVICE_NAME, "Imaginary Processor")
        .set(MachineColumns.DTYPE, "fp32")
        .set(MachineColumns.THREADS, 2)
        .set(ScoreColumns.METRIC_NAME, "mcc")
        .set(ScoreColumns.METRIC, 0.81234)
        .set(ScoreColumns.METRIC_STDERR, 0.021)
        .set(SizeColumns.PARAMS, 1_534_000)
        .set(SizeColumns.LINEAR_RATIO, 1.0)
        .set(TimeColumns.BATCH_SIZE, 1)
        .set(TimeColumns.SEQ_LEN, 128)
        .set(TimeColumns.LATENCY_MS_P50, 4.2149);
  }

  private static RunRow.Builder svd() {
    return dense()
        .set(RunColumns.METHOD, "svd")
        .set(RunColumns.BUDGET_KIND, "keep")
        .set(RunColumns.BUDGET, 0.5)
        .set(ScoreColumns.METRIC, 0.7011)
        .set(ScoreColumns.METRIC_DROP, 0.11124)
        .set(SizeColumns.PARAMS, 981_500)
        .set(SizeColumns.LINEAR_RATIO, 0.4987)
        .set(TimeColumns.LATENCY_MS_P50, 2.9)
        .set(TimeColumns.SPEEDUP, 1.4534);
  }

  private static RunRow.Builder failed() {
    return dense()
        .set(RunColumns.STATUS, RunRow.FAILED)
        .set(RunColumns.METHOD, "svd")
        .set(RunColumns.BUDGET_KIND, "rank")
        .set(RunColumns.BUDGET, 128.0)
        .set(RunColumns.ERROR, "out of memory");
  }
}
