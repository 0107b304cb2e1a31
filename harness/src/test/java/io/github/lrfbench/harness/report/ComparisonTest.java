package io.github.lrfbench.harness.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.result.MachineColumns;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.ScoreColumns;
import io.github.lrfbench.harness.result.TimeColumns;
import io.github.lrfbench.kernels.InputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
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
    assertEquals(verdict, verdict(Change.of(gain, error, margin)));
  }

  @Test
  void anEqualScoreOfTheSameDataIsTheSame() {
    RunRow row = row(0.5, 0.1).build();
    assertEquals(Verdict.SAME, verdict(Comparison.metric(row, row, 0)));
    RunRow other = row.toBuilder().set(RunColumns.DATA_HASH, "other").build();
    assertEquals(Verdict.UNDECIDED, verdict(Comparison.metric(row, other, 0)));
  }

  @Test
  void aLowerPerplexityIsBetter() {
    RunRow before = row(20, 0.1).set(ScoreColumns.METRIC_NAME, "perplexity").build();
    RunRow after = row(10, 0.1).set(ScoreColumns.METRIC_NAME, "perplexity").build();
    assertEquals(Verdict.BETTER, verdict(Comparison.metric(before, after, 0.01)));
    assertEquals(Verdict.WORSE, verdict(Comparison.metric(after, before, 0.01)));
  }

  /** By hand: 20 differences without an effect, and one that only a single test would call. */
  @Test
  void theMoreCellsTheLessDoesOneDifferenceSay() {
    List<Change> alone = List.of(Change.of(2.5, 1, 0.01));
    assertEquals(List.of(Verdict.BETTER), Change.verdicts(alone));
    List<Change> many = new ArrayList<>(Collections.nCopies(20, Change.of(0.5, 1, 0.01)));
    many.addAll(alone);
    assertFalse(Change.verdicts(many).contains(Verdict.BETTER));
    many.add(Change.of(-3.5, 1, 0.01));
    assertEquals(Verdict.WORSE, Change.verdicts(many).get(21));
  }

  /** Holm's own steps: p of 0.01, 0.02, 0.03 against 0.05 / 3, 0.05 / 2 and 0.05. */
  @Test
  void whatIsRejectedEasesTheRest() {
    double[] distances = {2.5758, 2.3263, 2.1701};
    List<Change> three = Arrays.stream(distances).mapToObj(z -> Change.of(z, 1, 0)).toList();
    assertEquals(Collections.nCopies(3, Verdict.BETTER), Change.verdicts(three));
    List<Change> last = List.of(three.get(1), three.get(1), three.get(2));
    assertEquals(Collections.nCopies(3, Verdict.UNDECIDED), Change.verdicts(last));
  }

  @Test
  void fewRoundsMakeWideIntervals() {
    assertEquals(2.7764, new Change(0, 1, 4, 0).reach(), 1e-4, "a table's t of 4 degrees");
    assertEquals(1.9600, Change.of(0, 1, 0).reach(), 1e-4);
  }

  @Test
  void speedupsAreComparedOnOneMachineOnly() {
    RunRow before = timed(1.5).build();
    assertEquals(Verdict.BETTER, verdict(SpeedupChange.of(before, timed(1.8).build(), 0.1)));
    assertEquals(Verdict.WORSE, verdict(SpeedupChange.of(before, timed(1.2).build(), 0.1)));
    assertEquals(Verdict.SAME, verdict(SpeedupChange.of(before, timed(1.52).build(), 0.1)));
    assertTrue(SpeedupChange.isComparable(before, timed(1).build()));
    RunRow elsewhere = timed(5).set(MachineColumns.DEVICE_NAME, "other").build();
    assertFalse(SpeedupChange.isComparable(before, elsewhere));
    RunRow wider = timed(5).set(TimeColumns.BATCH_SIZE, 32).build();
    assertFalse(SpeedupChange.isComparable(before, wider));
    RunRow dense = timed(1).set(RunColumns.METHOD, "dense").build();
    assertFalse(SpeedupChange.isComparable(dense, dense));
  }

  /** Of the logarithms: between rounds 0.01 each, between runs 0.015 each, of the machine 0.25. */
  @Test
  void theErrorOfASpeedupHasThreeParts() {
    RunRow before = timed(1.5).build();
    assertEquals(
        Math.sqrt(2 * 1e-4 + 2 * 2.25e-4),
        SpeedupChange.of(before, timed(1.6).build(), 0).error(),
        1e-9);
    RunRow busy = timed(1.6).set(TimeColumns.LATENCY_DENSE_MS_P50, 4.0).build();
    assertEquals(
        Math.sqrt(2 * 1e-4 + 2 * 2.25e-4 + Math.pow(0.25 * Math.log(2), 2)),
        SpeedupChange.of(before, busy, 0).error(),
        1e-9);
    assertEquals(Math.log(1.6 / 1.5), SpeedupChange.of(before, busy, 0).gain(), 1e-12);
  }

  @Test
  void rowsWithoutRoundsAreUndecided() {
    RunRow old = timed(1.5).set(TimeColumns.SPEEDUP_LOW, null).build();
    RunRow faster = timed(15).build();
    assertEquals(Verdict.UNDECIDED, verdict(SpeedupChange.of(old, faster, 0.1)));
    String text = Comparison.render(List.of(old), List.of(faster), 0.01, 0.1);
    assertTrue(text.contains("1 UNDECIDED (1 without intervals"), text);
    RunRow broken = timed(1.5).set(TimeColumns.SPEEDUP_LOW, 0.0).build();
    assertEquals(Verdict.UNDECIDED, verdict(SpeedupChange.of(broken, faster, 0.1)));
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

  /** They have none, and must not make the verdicts on ours more careful. */
  @Test
  void metricsOfPeersAreNotCounted() {
    RunRow before = row(0.5, 0.01).build();
    RunRow after = row(0.527, 0.001).build();
    RunRow peer =
        timed(1.1)
            .set(RunColumns.TASK, "rte")
            .set(RunColumns.LABEL, "svd on twin 1.0")
            .set(RunColumns.RUNTIME, "twin 1.0")
            .build();
    String text = Comparison.render(List.of(before, peer), List.of(after, peer), 0.01, 0.05);
    assertTrue(text.contains("metric: 0 SAME, 1 BETTER, 0 WORSE, 0 UNDECIDED"), text);
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

  private static Verdict verdict(Change difference) {
    return Change.verdicts(List.of(difference)).get(0);
  }

  /**
   * With an interval of 10 rounds, 6 of them untrimmed, whose t is 2.5706, for a standard error of
   * 0.01.
   */
  private static RunRow.Builder timed(double speedup) {
    double reach = Math.exp(2.5705818366147 * 0.01);
    return row(0.5, 0.01)
        .set(MachineColumns.DEVICE_NAME, "a processor")
        .set(TimeColumns.BATCH_SIZE, 1)
        .set(TimeColumns.LATENCY_DENSE_MS_P50, 2.0)
        .set(TimeColumns.SPEEDUP, speedup)
        .set(TimeColumns.SPEEDUP_LOW, speedup / reach)
        .set(TimeColumns.SPEEDUP_HIGH, speedup * reach)
        .set(TimeColumns.LATENCY_ROUNDS, 10);
  }

  @Test
  void cellsOfSeveralShapesAreMatchedByThem() {
    List<RunRow> before = List.of(shaped(1, 1.1), shaped(8, 2.5));
    List<RunRow> after = List.of(shaped(8, 2.6));
    String table = Comparison.render(before, after, 0.01, 0.1);
    assertTrue(table.contains("model rte svd keep 0.5 8x128"), table);
    assertTrue(table.contains("2.50x  2.60x"), table);
    assertFalse(table.contains(" 1x128"), table);
  }

  @Test
  void whatWasTimedOnABusyMachineIsUndecided() {
    RunRow quiet = timed(1.1).set(MachineColumns.THREADS, 2).build();
    RunRow faster = timed(2.2).set(MachineColumns.THREADS, 2).build();
    RunRow busy = faster.toBuilder().set(MachineColumns.LOAD_AVERAGE, 0.21).build();
    RunRow atRest = quiet.toBuilder().set(MachineColumns.LOAD_AVERAGE, 0.19).build();
    String told = "1 UNDECIDED (1 timed while other work kept more than a tenth";
    String table = Comparison.render(List.of(atRest), List.of(busy), 0.01, 0.1);
    assertTrue(table.contains(told), table);
    table = Comparison.render(List.of(busy), List.of(atRest), 0.01, 0.1);
    assertTrue(table.contains(told), table);
    table = Comparison.render(List.of(atRest), List.of(faster), 0.01, 0.1);
    assertTrue(table.contains("latency: 0 SAME, 1 BETTER"), table);
  }

  private static RunRow shaped(long batch, double speedup) {
    return row(0.5, 0.1)
        .set(TimeColumns.BATCH_SIZE, batch)
        .set(TimeColumns.SEQ_LEN, 128)
        .set(TimeColumns.SPEEDUP, speedup)
        .build();
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
