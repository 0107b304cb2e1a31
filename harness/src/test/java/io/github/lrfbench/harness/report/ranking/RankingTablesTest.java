package io.github.lrfbench.harness.report.ranking;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.report.ranking.Ranking.Verdict;
import io.github.lrfbench.harness.report.table.TableFormat;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.ScoreColumns;
import io.github.lrfbench.harness.result.SizeColumns;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RankingTablesTest {
  private static String csv(ReportTable table, RunRow.Builder... rows) {
    List<ResultRow> read = Rows.read(null, rows);
    return TableFormat.CSV.print(
        ReportTable.of(List.of(table), read, Rows.question(), false).get(0));
  }

  private static List<String> column(String csv, String name) {
    List<String> lines = csv.lines().toList();
    int index = Arrays.asList(lines.get(0).split(",")).indexOf(name);
    return lines.stream().skip(1).map(line -> line.split(",", -1)[index]).toList();
  }

  private static RunRow.Builder dense(String task, double metric) {
    return Rows.of(task, "dense", 1, metric, 0.01)
        .set(RunColumns.BUDGET, null)
        .set(RunColumns.BUDGET_KIND, null);
  }

  @Test
  void theBestAndAllThatAreAsGood() {
    String csv =
        csv(
            ReportTable.WINS,
            dense("rte", 0.91),
            Rows.of("rte", "svd", 0.5, 0.5, 0.01),
            Rows.of("rte", "drone", 0.5, 0.84, 0.01),
            Rows.of("rte", "lord", 0.5, 0.85, 0.01));
    assertEquals(
        "task,dense,keep,best,metric,±,of model,as good\nrte,0.91,0.5,lord,0.85,0.01,0.75,drone\n",
        csv);
  }

  @Test
  void whoDoesNotReachTheBudgetNeverWinsAtIt() {
    RunRow.Builder laser =
        Rows.of("rte", "laser", 0.5, 0.95, 0.01)
            .set(SizeColumns.LINEAR_PARAMS, 986)
            .set(SizeColumns.PARAMS_RATIO, 0.993);
    RunRow.Builder[] rows = {
      Rows.head("rte", 0.5, 0.99),
      laser,
      Rows.of("rte", "drone", 0.5, 0.8, 0.01),
      Rows.of("rte", "svd", 0.5, 0.5, 0.01).set(SizeColumns.LINEAR_PARAMS, 498)
    };
    String text =
        TableFormat.TEXT.print(
            ReportTable.of(List.of(ReportTable.WINS), Rows.read(null, rows), Rows.question(), false)
                .get(0));
    assertTrue(text.contains("drone*"), text);
    assertTrue(text.contains("svd-head 0.990, laser"), text);
    assertEquals(
        List.of("best", "worse", "misses budget", "misses budget"),
        column(csv(ReportTable.TESTS, rows), "verdict"));
    assertEquals(List.of("drone", "svd"), column(csv(ReportTable.AVERAGE, rows), "contender"));
    assertEquals(List.of("1", "0", "0", "0"), column(csv(ReportTable.MATRIX, rows), "wins"));
  }

  /** A method of another part of the model than the matrices that the others cut. */
  private static RunRow.Builder embedding(double keep, double metric, double ofModel) {
    return Rows.of("rte", "embedding-svd", keep, metric, 0.01)
        .set(SizeColumns.LINEAR_PARAMS_DENSE, 400)
        .set(SizeColumns.LINEAR_PARAMS, Math.round(400 * keep))
        .set(SizeColumns.PARAMS_RATIO, ofModel);
  }

  @Test
  void otherPartsOfTheModelMeetAtTheWholeModelsSize() {
    // The others keep 0.85 and 0.75 of the model at 0.7 and 0.5.
    RunRow.Builder[] rows = {
      Rows.of("rte", "svd", 0.7, 0.7, 0.01),
      Rows.of("rte", "drone", 0.7, 0.75, 0.01),
      Rows.of("rte", "svd", 0.5, 0.5, 0.01),
      Rows.of("rte", "drone", 0.5, 0.55, 0.01),
      embedding(0.7, 0.89, 0.94),
      embedding(0.5, 0.88, 0.9),
      embedding(0.3, 0.8, 0.84),
      embedding(0.1, 0.6, 0.75)
    };
    assertEquals(
        List.of("embedding-svd", "drone", "svd", "embedding-svd", "drone", "svd"),
        column(csv(ReportTable.TESTS, rows), "contender").subList(0, 6));
    assertEquals(
        List.of("0.8", "0.75", "0.7", "0.6", "0.55", "0.5"),
        column(csv(ReportTable.TESTS, rows), "metric").subList(0, 6));
    assertTrue(
        Rows.answers(Rows.question(), rows)
            .notes()
            .contains(
                "Who cuts another part of the model than most is compared by the largest of its"
                    + " cells that keeps no more of the whole model than they: embedding-svd at"
                    + " keep 0.7 by its keep 0.3, embedding-svd at keep 0.5 by its keep 0.1."));
    // By what each was given nothing is exchanged, and it saves too little of what the others cut.
    Question matrices =
        new Question(
            Metric.named(Metric.STANDARD),
            List.of("label"),
            List.of(),
            0.95,
            Question.BudgetOf.MATRICES);
    Answers own = Rows.answers(matrices, rows);
    assertEquals("drone", own.rankings().get(0).ranked().get(0).contender().name());
    assertEquals(Verdict.NOT_AT_BUDGET, own.rankings().get(0).ranked().get(2).verdict());
    assertEquals(0.89, own.rankings().get(0).ranked().get(2).score().mean());
  }

  /** Ranks and energies say nothing of sizes, in which the head is next to nothing. */
  @Test
  void ofRanksTheWholeModelDecides() {
    RunRow.Builder[] rows = {
      Rows.head("rte", 0.5, 0.99), Rows.of("rte", "svd", 0.5, 0.5, 0.01),
    };
    for (String kind : List.of("rank", "energy")) {
      for (RunRow.Builder row : rows) {
        row.set(RunColumns.BUDGET_KIND, kind).set(RunColumns.BUDGET, 8.0);
      }
      assertEquals(
          List.of("best", "misses budget"), column(csv(ReportTable.TESTS, rows), "verdict"), kind);
    }
  }

  /** Of bits bytes count. Earlier rows have none, and are compared as they were. */
  @Test
  void ofBitsTheBytesOfTheWholeModelDecide() {
    RunRow.Builder codes = Rows.of("rte", "int8", 8, 0.5, 0.01).set(SizeColumns.BYTES_RATIO, 0.6);
    RunRow.Builder head =
        Rows.of("rte", "svd-head", 8, 0.9, 0.01)
            .set(SizeColumns.LINEAR_PARAMS_DENSE, 20)
            .set(SizeColumns.BYTES_RATIO, 0.99);
    codes.set(RunColumns.BUDGET_KIND, "bits");
    head.set(RunColumns.BUDGET_KIND, "bits");
    assertEquals(
        List.of("best", "misses budget"), column(csv(ReportTable.TESTS, codes, head), "verdict"));
    head.set(SizeColumns.BYTES_RATIO, null);
    assertEquals(List.of("best", "worse"), column(csv(ReportTable.TESTS, codes, head), "verdict"));
  }

  @Test
  void holmMakesTiesWhereThereAreManyToCompareWith() {
    // p = 0.034 alone; of three such ones the smallest becomes 0.10.
    RunRow.Builder best = Rows.of("rte", "a", 0.5, 0.80, 0.01);
    assertEquals(
        List.of("best", "worse"),
        column(csv(ReportTable.TESTS, best, Rows.of("rte", "b", 0.5, 0.77, 0.01)), "verdict"));
    assertEquals(
        List.of("best", "as good", "as good", "as good"),
        column(
            csv(
                ReportTable.TESTS,
                best,
                Rows.of("rte", "b", 0.5, 0.77, 0.01),
                Rows.of("rte", "c", 0.5, 0.77, 0.01),
                Rows.of("rte", "d", 0.5, 0.77, 0.01)),
            "verdict"));
  }

  /** Of F1 alone, say, no row tells the standard error. */
  @Test
  void withoutStandardErrorsNothingIsCalledAsGood() {
    RunRow.Builder[] rows = {
      Rows.of("rte", "svd", 0.5, 0.1, 0.01).set(ScoreColumns.METRIC_STDERR, null),
      Rows.of("rte", "drone", 0.5, 0.8, 0.01)
    };
    assertEquals(List.of("best", "not tested"), column(csv(ReportTable.TESTS, rows), "verdict"));
    assertEquals(List.of("best", "not tested"), column(csv(ReportTable.AVERAGE, rows), "verdict"));
    assertEquals(List.of("(1 not tested)"), column(csv(ReportTable.WINS, rows), "as good"));
    assertEquals(List.of("0", "0"), column(csv(ReportTable.MATRIX, rows), "ties"));
    String scores =
        TableFormat.TEXT.print(
            ReportTable.of(
                    List.of(ReportTable.SCORES), Rows.read(null, rows), Rows.question(), false)
                .get(0));
    assertTrue(scores.contains("0.800*") && !scores.contains("0.100*"), scores);
    assertTrue(scores.contains("\n*: the best of several, or as good.\n"), scores);
    assertTrue(scores.contains("Not tested where a standard error is not known"), scores);
  }

  @Test
  void seedsAreShownAsMeanAndDeviation() {
    List<ResultRow> rows =
        Rows.read(
            null,
            Rows.of("rte", "svd", 0.5, 0.5, 0.01, 0),
            Rows.of("rte", "svd", 0.5, 0.6, 0.01, 1),
            Rows.of("rte", "drone", 0.5, 0.8, 0.01, 0),
            Rows.of("rte", "drone", 0.5, 0.8, 0.01, 1));
    String text =
        TableFormat.TEXT.print(
            ReportTable.of(List.of(ReportTable.SCORES), rows, Rows.question(), false).get(0));
    assertTrue(text.contains("0.550 ± 0.071 (2)"), text);
    assertTrue(text.contains("0.800 ± 0.000 (2)*"), text);
  }

  @Test
  void anAverageIsOfThoseWithAllTasks() {
    String csv =
        csv(
            ReportTable.AVERAGE,
            Rows.of("rte", "svd", 0.5, 0.6, 0.03),
            Rows.of("mrpc", "svd", 0.5, 0.8, 0.04),
            Rows.of("rte", "drone", 0.5, 0.7, 0.03),
            Rows.of("mrpc", "drone", 0.5, 0.9, 0.04),
            Rows.of("mrpc", "lord", 0.5, 0.99, 0.01));
    assertEquals(List.of("drone", "svd"), column(csv, "contender"));
    assertEquals(0.8, Double.parseDouble(column(csv, "average").get(0)), 1e-12);
    assertEquals(0.025, Double.parseDouble(column(csv, "±").get(0)), 1e-12);
    // 2 * scipy.stats.norm.sf(0.1 / (0.025 * 2 ** 0.5))
    assertEquals(0.004677734981047, Double.parseDouble(column(csv, "p (Holm)").get(1)), 1e-9);
  }

  @Test
  void bothSetsOfMnliCountAsOneTask() {
    String csv =
        csv(
            ReportTable.AVERAGE,
            Rows.of("mnli", "svd", 0.5, 0.6, 0.01).set(RunColumns.MODEL, "m"),
            Rows.of("mnli-mm", "svd", 0.5, 0.8, 0.01).set(RunColumns.MODEL, "m"),
            Rows.of("rte", "svd", 0.5, 0.5, 0.01).set(RunColumns.MODEL, "m"));
    assertEquals(0.6, Double.parseDouble(column(csv, "average").get(0)), 1e-12);
  }

  @Test
  void modelsAreNotAveragedOver() {
    String csv =
        csv(
            ReportTable.AVERAGE,
            Rows.of("rte", "svd", 0.5, 0.6, 0.01).set(RunColumns.MODEL, "big"),
            Rows.of("rte", "svd", 0.5, 0.8, 0.01)
                .set(RunColumns.MODEL, "small")
                .set(RunColumns.CELL_ID, "another"));
    assertEquals(List.of("big", "small"), column(csv, "model"));
    assertEquals(List.of("0.6", "0.8"), column(csv, "average"));
  }

  @Test
  void theMatrixCountsContests() {
    String csv =
        csv(
            ReportTable.MATRIX,
            Rows.of("rte", "svd", 0.5, 0.6, 0.01),
            Rows.of("rte", "drone", 0.5, 0.9, 0.01),
            Rows.of("mrpc", "svd", 0.5, 0.9, 0.01),
            Rows.of("mrpc", "drone", 0.5, 0.6, 0.01),
            Rows.of("stsb", "svd", 0.5, 0.8, 0.01),
            Rows.of("stsb", "drone", 0.5, 0.81, 0.01));
    assertEquals(
        "no.,contender,wins,ties,losses,vs 1,vs 2\n1,svd,1,1,1,,1/1/1\n2,drone,1,1,1,1/1/1,\n",
        csv);
  }

  @Test
  void frontsHoldWhatNoOtherBeatsInBoth() {
    String csv =
        csv(
            ReportTable.PARETO,
            dense("rte", 0.9).set(SizeColumns.PARAMS_RATIO, 1.0),
            Rows.of("rte", "drone", 0.5, 0.8, 0.01),
            Rows.of("rte", "svd", 0.5, 0.7, 0.01),
            Rows.of("rte", "svd", 0.7, 0.75, 0.01),
            Rows.of("rte", "svd", 0.3, 0.6, 0.01));
    assertEquals(List.of("dense", "drone", "svd"), column(csv, "contender"));
    assertEquals(List.of("", "0.5", "0.3"), column(csv, "keep"));
  }

  @Test
  void aSingleMethodHasNobodyToBeat() {
    List<ResultRow> rows = Rows.read(null, Rows.of("rte", "svd", 0.5, 0.6, 0.01));
    List<ReportTable> wins = List.of(ReportTable.WINS);
    assertEquals(List.of(), ReportTable.of(wins, rows, Rows.question(), true));
    String text = TableFormat.TEXT.print(ReportTable.of(wins, rows, Rows.question(), false).get(0));
    assertTrue(text.contains("(no other)"), text);
    assertFalse(text.contains("svd*"), text);
  }

  @Test
  void rowsThatLackNearlyEverythingGiveTablesToo() {
    // Rows that lack nearly everything, as other programs may write them.
    RunRow.Builder bare =
        RunRow.builder()
            .set(RunColumns.RUN_ID, "r")
            .set(RunColumns.CELL_ID, "c")
            .set(RunColumns.STATUS, RunRow.OK);
    assertEquals(
        List.of(),
        ReportTable.of(
            List.of(ReportTable.values()), Rows.read(null, bare), Rows.question(), false));
    List<ResultRow> rows =
        Rows.read(
            null,
            Rows.of("rte", "svd", 0.5, Double.POSITIVE_INFINITY, 0.01),
            Rows.of("rte", "\u001b[1m", 0.5, 0.6, Double.NaN).set(SizeColumns.PARAMS_RATIO, null),
            Rows.of("rte", "", Double.NaN, 0.6, 0));
    for (TableFormat format : TableFormat.values()) {
      ReportTable.of(List.of(ReportTable.values()), rows, Rows.question(), false)
          .forEach(table -> assertFalse(format.print(table).contains("\u001b")));
    }
  }
}
