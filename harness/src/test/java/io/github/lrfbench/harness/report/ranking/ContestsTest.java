package io.github.lrfbench.harness.report.ranking;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.result.MachineColumns;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.ScoreColumns;
import io.github.lrfbench.harness.result.TimeColumns;
import io.github.lrfbench.kernels.InputException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who is compared with whom. */
class ContestsTest {
  private static Contests contests(RunRow.Builder... rows) {
    return Contests.of(Rows.read(null, rows), Rows.question());
  }

  private static List<String> members(Contests contests) {
    return contests.all().stream()
        .map(
            contest ->
                contest.context().get("task")
                    + " "
                    + contest.budgetText()
                    + ": "
                    + String.join(
                        ", ", contest.contenders().stream().map(Contender::name).toList()))
        .toList();
  }

  @Test
  void tasksAndBudgetsAreContests() {
    Contests contests =
        contests(
            Rows.of("rte", "svd", 0.5, 0.5, 0.01),
            Rows.of("mrpc", "svd", 0.5, 0.5, 0.01),
            Rows.of("rte", "drone", 0.9, 0.5, 0.01),
            Rows.of("rte", "drone", 0.5, 0.5, 0.01));
    assertEquals(
        List.of("rte keep 0.9: drone", "rte keep 0.5: svd, drone", "mrpc keep 0.5: svd"),
        members(contests));
    assertEquals(List.of("task"), contests.shown());
    assertEquals(List.of(), contests.notes());
  }

  @Test
  void rowsThatDifferInAnythingElseAreKeptApartAndALineSaysSo() {
    Map<String, RunRow.Builder> others =
        Map.of(
            "batch_size", other().set(TimeColumns.BATCH_SIZE, 8),
            "seq_len", other().set(TimeColumns.SEQ_LEN, 64),
            "device_name", other().set(MachineColumns.DEVICE_NAME, "Imaginary GPU"),
            "dtype", other().set(MachineColumns.DTYPE, "fp16"),
            "split", other().set(RunColumns.SPLIT, "test"),
            "data_hash", other().set(RunColumns.DATA_HASH, "another"),
            "model_revision", other().set(RunColumns.MODEL_REVISION, "another"),
            "extra.max_length", other().set(RunColumns.EXTRA, Map.of("max_length", 64)));
    others.forEach(
        (column, other) -> {
          Contests contests = contests(Rows.of("rte", "svd", 0.5, 0.5, 0.01), other);
          assertEquals(2, contests.all().size(), column);
          assertEquals(List.of("task", column), contests.shown());
          assertTrue(
              contests.notes().get(0).contains("never compared: rows that differ in " + column),
              contests.notes().toString());
        });
  }

  private static RunRow.Builder other() {
    return Rows.of("rte", "drone", 0.5, 0.9, 0.01);
  }

  /** Rows of before there were peers do not name the runtime. */
  @Test
  void rowsOfBeforePeersAreComparedWithLaterOnes() {
    Contests contests =
        contests(
            Rows.of("rte", "svd", 0.5, 0.5, 0.01),
            other().set(RunColumns.RUNTIME, RunRow.LRFBENCH));
    assertEquals(List.of("rte keep 0.5: svd, drone"), members(contests));
    assertEquals(List.of(), contests.notes());
  }

  @Test
  void whatIsMixedOnRequestIsSaid() {
    Contests contests =
        Contests.of(
            Rows.read(
                null,
                Rows.of("rte", "svd", 0.5, 0.5, 0.01),
                other().set(RunColumns.MODEL_REVISION, "another")),
            Rows.question(List.of("label"), List.of("model_revision")));
    assertEquals(List.of("rte keep 0.5: svd, drone"), members(contests));
    assertTrue(contests.notes().get(0).contains("model_revision are compared, as asked for"));
  }

  @Test
  void unlikeRowsOfOneNameAreToldApartNotAveraged() {
    Contests contests =
        contests(
            Rows.of("rte", "drone", 0.5, 0.5, 0.01).set(RunColumns.CALIBRATION_EXAMPLES, 1024),
            Rows.of("rte", "drone", 0.5, 0.9, 0.01)
                .set(RunColumns.CELL_ID, "another")
                .set(RunColumns.CALIBRATION_EXAMPLES, 128));
    assertEquals(
        List.of(
            "rte keep 0.5: drone (calibration_examples 1024), drone (calibration_examples 128)"),
        members(contests));
    assertTrue(contests.notes().get(0).contains("'drone' stands for unlike cells"));
  }

  @Test
  void aCellThatWasMeasuredAgainCountsOnce() {
    Contests contests =
        contests(
            Rows.of("rte", "drone", 0.5, 0.5, 0.01),
            Rows.of("rte", "drone", 0.5, 0.7, 0.01).set(RunColumns.RUN_ID, "later"));
    assertEquals(0.7, contests.all().get(0).contenders().get(0).mean("metric"));
    assertEquals(List.of("1 cell measured again later, left out."), contests.notes());
  }

  @Test
  void whatHasNoScoreIsCounted() {
    Contests contests =
        contests(
            Rows.of("rte", "drone", 0.5, 0.5, 0.01),
            Rows.of("rte", "svd", 0.5, Double.NaN, 0.01),
            Rows.of("rte", "asvd", 0.5, 0.5, 0.01).set(RunColumns.STATUS, RunRow.FAILED));
    assertEquals(List.of("rte keep 0.5: drone"), members(contests));
    assertEquals(
        List.of("1 cell failed or skipped, left out.", "1 cell without metric, left out."),
        contests.notes());
  }

  @Test
  void allocationsAreComparedWithinMethods() {
    Contests contests =
        Contests.of(
            Rows.read(
                null,
                Rows.of("rte", "drone", 0.5, 0.5, 0.01).set(RunColumns.ALLOCATE, "uniform"),
                Rows.of("rte", "drone greedy", 0.5, 0.6, 0.01).set(RunColumns.ALLOCATE, "greedy"),
                Rows.of("rte", "svd", 0.5, 0.4, 0.01).set(RunColumns.ALLOCATE, "uniform")),
            Rows.question(List.of("allocate"), List.of()));
    assertEquals(
        List.of("rte keep 0.5: uniform, greedy", "rte keep 0.5: uniform"), members(contests));
    assertEquals(List.of("task", "method"), contests.shown());
  }

  @Test
  void onlySeedsThatAllHaveAreCompared() {
    Contests contests =
        contests(
            Rows.of("rte", "drone", 0.5, 0.5, 0.01, 0),
            Rows.of("rte", "drone", 0.5, 0.9, 0.01, 1),
            Rows.of("rte", "svd", 0.5, 0.6, 0.01, 0));
    assertEquals(Set.of(0L), contests.all().get(0).seeds());
    Answers answers = new Answers(contests);
    assertEquals("svd", answers.rankings().get(0).ranked().get(0).contender().name());
    assertTrue(
        answers.notes().contains("Of seeds only those are compared that all contenders have."));
  }

  @Test
  void whoHasNoSeedOfTheOthersIsLeftOutAndNamed() {
    Answers answers =
        Rows.answers(
            Rows.question(),
            Rows.of("rte", "drone", 0.5, 0.5, 0.01, 0),
            Rows.of("rte", "svd", 0.5, 0.6, 0.01, 0),
            Rows.of("rte", "asvd", 0.5, 0.9, 0.01, 3));
    assertEquals(List.of("asvd"), answers.rankings().get(0).lacking());
    assertEquals(2, answers.rankings().get(0).ranked().size());
    assertTrue(answers.notes().get(0).contains("asvd"));
  }

  @Test
  void whatCannotBeComparedIsRefused() {
    for (String column : List.of("task", "data_hash", "split")) {
      assertThrows(InputException.class, () -> Rows.question(List.of(column), List.of()), column);
    }
    assertThrows(InputException.class, () -> Rows.question(List.of("label"), List.of("budget")));
    assertThrows(InputException.class, () -> Rows.question(List.of("lable"), List.of()));
    InputException e = assertThrows(InputException.class, () -> Metric.named("acuracy"));
    assertTrue(e.getMessage().contains("did you mean 'accuracy'"), e.getMessage());
  }

  @Test
  void lowerPerplexityIsBetter() {
    Answers answers =
        Rows.answers(
            Rows.question(),
            Rows.of("lm", "svd", 0.5, 40, 1).set(ScoreColumns.METRIC_NAME, "perplexity"),
            Rows.of("lm", "drone", 0.5, 20, 1).set(ScoreColumns.METRIC_NAME, "perplexity"));
    assertEquals("drone", answers.rankings().get(0).ranked().get(0).contender().name());
    assertEquals(20, answers.rankings().get(0).ranked().get(1).behind().gain(), 1e-12);
  }
}
