package io.github.lrfbench.harness.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.report.Comparison.Verdict;
import io.github.lrfbench.harness.result.MachineColumns;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.ScoreColumns;
import io.github.lrfbench.harness.result.TimeColumns;
import io.github.lrfbench.kernels.InputException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ComparisonTest {
  @ParameterizedTest
  @CsvSource({
    // gain, standard error, margin, verdict: the interval reaches 1.96 errors to either side
    "0.10, 0.05, 0.01, BETTER",
    "0.09, 0.05, 0.01, UNDECIDED",
    "-0.10, 0.05, 0.01, WORSE",
    "-0.09, 0.05, 0.01, UNDECIDED",
    "0.005, 0.002, 0.01, SAME",
    "0.005, 0.003, 0.01, UNDECIDED",
    "0.009, 0.0001, 0.01, SAME",
    "0.011, 0.0001, 0.01, BETTER",
    "0, 0, 0, SAME",
    "0.1, NaN, 0.01, UNDECIDED"
  })
  void theRule(double gain, double error, double margin, Verdict verdict) {
    assertEquals(verdict, Comparison.verdict(gain, error, margin));
  }

  @Test
  void anEqualScoreOfTheSameDataIsTheSame() {
    RunRow row = row(0.5, 0.1).build();
    assertEquals(Verdict.SAME, Comparison.metric(row, row, 0));
    RunRow other = row.toBuilder().set(RunColumns.DATA_HASH, "other").build();
    assertEquals(Verdict.UNDECIDED, Comparison.metric(row, other, 0));
  }

  @Test
  void aLowerPerplexityIsBetter() {
    RunRow before = row(20, 0.1).set(ScoreColumns.METRIC_NAME, "perplexity").build();
    RunRow after = row(10, 0.1).set(ScoreColumns.METRIC_NAME, "perplexity").build();
    assertEquals(Verdict.BETTER, Comparison.metric(before, after, 0.01));
    assertEquals(Verdict.WORSE, Comparison.metric(after, before, 0.01));
  }

  @Test
  void latenciesAreComparedOnOneMachineOnly() {
    RunRow before = timed(10).build();
    assertEquals(Verdict.BETTER, Comparison.latency(before, timed(5).build(), 0.05));
    assertEquals(Verdict.WORSE, Comparison.latency(before, timed(15).build(), 0.05));
    assertEquals(Verdict.SAME, Comparison.latency(before, timed(10.1).build(), 0.05));
    RunRow elsewhere = timed(5).set(MachineColumns.DEVICE_NAME, "other").build();
    assertNull(Comparison.latency(before, elsewhere, 0.05));
    RunRow wider = timed(5).set(TimeColumns.BATCH_SIZE, 32).build();
    assertNull(Comparison.latency(before, wider, 0.05));
  }

  @Test
  void cellsAreMatchedAndCounted() {
    RunRow before = row(0.5, 0.01).build();
    RunRow after = row(0.8, 0.01).set(RunColumns.CELL_ID, "other").build();
    RunRow alone = row(0.5, 0.01).set(RunColumns.BUDGET, 0.3).build();
    String text = Comparison.render(List.of(before), List.of(after, alone), 0.01, 0.05);
    assertTrue(text.contains("+0.3000 ± 0.0277"), text);
    assertTrue(text.contains("metric: 0 SAME, 1 BETTER, 0 WORSE, 0 UNDECIDED"), text);
    assertTrue(text.contains("1 cells are in one file only"), text);
  }

  @Test
  void modelsOfOtherNamesAreComparedByTheRest() {
    RunRow before = row(0.5, 0.01).set(RunColumns.MODEL, "a").build();
    RunRow after = row(0.8, 0.01).set(RunColumns.MODEL, "b").build();
    assertTrue(Comparison.render(List.of(before), List.of(after), 0.01, 0.05).contains("1 BETTER"));
    RunRow task = after.toBuilder().set(RunColumns.TASK, "other").build();
    assertThrows(
        InputException.class, () -> Comparison.render(List.of(before), List.of(task), 0.01, 0.05));
  }

  @Test
  void variantsAreMatchedAcrossVersions() {
    RunRow before =
        row(0.5, 0.01)
            .set(RunColumns.SCHEMA, 1L)
            .set(RunColumns.METHOD_PARAMS, "allocate=greedy;bias=keep;round_to=1;split=sqrt")
            .build();
    RunRow after =
        row(0.8, 0.01)
            .set(RunColumns.METHOD_PARAMS, "allocate=greedy;bias=keep;round_to=1;zeal=standard")
            .set(RunColumns.LABEL, "svd greedy")
            .build();
    RunRow other = after.toBuilder().set(RunColumns.LABEL, "svd").build();
    String text = Comparison.render(List.of(before), List.of(after, other), 0.01, 0.05);
    assertTrue(text.contains("model rte svd greedy keep 0.5 "), text);
    assertTrue(text.contains("1 BETTER"), text);
    assertTrue(text.contains("1 cells are in one file only"), text);
  }

  @Test
  void oneOfSeveralCellsIsNotChosen() {
    RunRow row = row(0.5, 0.01).build();
    List<RunRow> twoModels =
        List.of(
            row.toBuilder().set(RunColumns.MODEL, "a").build(),
            row.toBuilder().set(RunColumns.MODEL, "b").build());
    assertThrows(
        InputException.class, () -> Comparison.render(List.of(row), twoModels, 0.01, 0.05));
  }

  private static RunRow.Builder timed(double mean) {
    return row(0.5, 0.01)
        .set(MachineColumns.DEVICE_NAME, "a processor")
        .set(TimeColumns.BATCH_SIZE, 1)
        .set(TimeColumns.LATENCY_MS_MEAN, mean)
        .set(TimeColumns.LATENCY_MS_STDEV, 0.1)
        .set(TimeColumns.LATENCY_RUNS, 25);
  }

  private static RunRow.Builder row(double metric, double error) {
    return RunRow.builder()
        .set(RunColumns.RUN_ID, "run")
        .set(RunColumns.CELL_ID, "cell")
        .set(RunColumns.STATUS, RunRow.OK)
        .set(RunColumns.MODEL, "model")
        .set(RunColumns.TASK, "rte")
        .set(RunColumns.METHOD, "svd")
        .set(RunColumns.BUDGET_KIND, "keep")
        .set(RunColumns.BUDGET, 0.5)
        .set(ScoreColumns.METRIC_NAME, "accuracy")
        .set(ScoreColumns.METRIC, metric)
        .set(ScoreColumns.METRIC_STDERR, error);
  }
}
