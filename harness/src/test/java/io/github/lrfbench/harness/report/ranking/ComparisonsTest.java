package io.github.lrfbench.harness.report.ranking;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.ScoreColumns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Differences and their tests, beside values worked out otherwise. */
class ComparisonsTest {
  private static final int EXAMPLES = 400;

  @TempDir private Path folder;

  /** Writes predictions of a row, right or wrong; labels take turns. */
  private void write(RunRow.Builder row, String gold0, String gold1, IntPredicate right)
      throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < EXAMPLES; i++) {
      String gold = i % 4 == 0 ? gold0 : gold1;
      String other = i % 4 == 0 ? gold1 : gold0;
      text.append("{\"index\":" + i + ",\"prediction\":\"" + (right.test(i) ? gold : other))
          .append("\",\"logits\":[0.5,-0.5],\"gold\":\"" + gold + "\"}\n");
    }
    Files.createDirectories(folder.resolve("predictions"));
    Files.writeString(
        folder.resolve("predictions").resolve(row.build().get(RunColumns.CELL_ID) + ".jsonl"),
        text);
  }

  private static RunRow.Builder row(String label, double metric, String name, long seed) {
    return Rows.of("rte", label, 0.5, metric, 0.02, seed)
        .set(RunColumns.CELL_ID, label + seed)
        .set(ScoreColumns.METRIC_NAME, name);
  }

  private Difference difference(RunRow.Builder... rows) {
    Contest contest = Contests.of(Rows.read(folder, rows), Rows.question()).all().get(0);
    return new Comparisons(Metric.named(Metric.STANDARD))
        .of(contest.contenders().get(0), contest.contenders().get(1), contest.seeds());
  }

  @Test
  void withoutPredictionsTheErrorsOfBothAreAdded() {
    Difference difference = difference(row("a", 0.8, "mcc", 0), row("b", 0.75, "mcc", 0));
    assertEquals(Difference.Test.UNPAIRED, difference.test());
    assertEquals(0.05, difference.gain(), 1e-12);
    assertEquals(2 * 0.02 * 0.02, difference.variance(), 1e-12);
    // 2 * scipy.stats.norm.sf(0.05 / sqrt(8e-4))
    assertEquals(0.0770998717435417, difference.pValue(), 1e-9);
    assertEquals(1.959963984540054 * Math.sqrt(8e-4), difference.reach(0.95), 1e-9);
  }

  @Test
  void accuracyIsTestedByMcNemarAndItsErrorIsThatOfTheDifferences() throws IOException {
    RunRow.Builder a = row("a", 320.0 / EXAMPLES, "accuracy", 0);
    RunRow.Builder b = row("b", 281.0 / EXAMPLES, "accuracy", 0);
    // Wrong are 80 of a; b has 81 of a's right ones wrong, but 42 of a's wrong ones right.
    write(a, "no", "yes", i -> i >= 80);
    write(b, "no", "yes", i -> i < 42 || i >= 161);
    Difference difference = difference(a, b);
    assertEquals(Difference.Test.MCNEMAR, difference.test());
    assertEquals(39.0 / EXAMPLES, difference.gain(), 1e-12);
    // statsmodels: mcnemar([[0, 81], [42, 0]], exact=True)
    assertEquals(0.0005560923592546729, difference.pValue(), 1e-12);
    double mean = 39.0 / EXAMPLES;
    double variance = (123.0 / EXAMPLES - mean * mean) / EXAMPLES;
    assertEquals(Math.sqrt(variance), Math.sqrt(difference.variance()), 0.1 * Math.sqrt(variance));
  }

  @Test
  void sameExamplesMakeOtherMetricsSharperToo() throws IOException {
    // Of 100 examples of class no and 300 of yes all of yes are right, of no 60 and 40.
    RunRow.Builder a = row("a", f1AndAccuracy(40, 0), "accuracy_f1", 0);
    RunRow.Builder b = row("b", f1AndAccuracy(60, 0), "accuracy_f1", 0);
    write(a, "no", "yes", i -> i % 4 > 0 || i >= 160);
    write(b, "no", "yes", i -> i % 4 > 0 || i >= 240);
    Difference paired = difference(a, b);
    assertEquals(Difference.Test.BOOTSTRAP, paired.test());
    // 20 examples differ, each by about 1/400 of accuracy and a little less of F1.
    assertTrue(Math.sqrt(paired.variance()) < 0.012, paired.toString());
    assertTrue(paired.pValue() < 1e-3, paired.toString());
  }

  /** Mean of accuracy and F1 of the class yes, of so many wrong ones of no and of yes. */
  private static double f1AndAccuracy(int wrongNo, int wrongYes) {
    double right = 300 - wrongYes;
    double f1 = 2 * right / (2 * right + wrongNo + wrongYes);
    return (f1 + (EXAMPLES - wrongNo - wrongYes) / (double) EXAMPLES) / 2;
  }

  @Test
  void thePositiveClassIsTheOneThatGivesTheRowsMetric() throws IOException {
    RunRow.Builder a = row("a", f1AndAccuracy(40, 0), "accuracy_f1", 0);
    RunRow.Builder b = row("b", f1AndAccuracy(60, 0), "accuracy_f1", 0);
    write(a, "zero", "one", i -> i % 4 > 0 || i >= 160);
    write(b, "zero", "one", i -> i % 4 > 0 || i >= 240);
    assertEquals(Difference.Test.BOOTSTRAP, difference(a, b).test());
  }

  @Test
  void predictionsThatDoNotGiveTheMetricAreNotUsedAndCounted() throws IOException {
    RunRow.Builder a = row("a", 0.8, "accuracy", 0);
    RunRow.Builder b = row("b", 0.123, "accuracy", 0);
    write(a, "no", "yes", i -> i >= 80);
    write(b, "no", "yes", i -> i >= 119);
    assertEquals(Difference.Test.UNPAIRED, difference(a, b).test());
    Answers answers = new Answers(Contests.of(Rows.read(folder, a, b), Rows.question()));
    assertEquals(1, answers.comparisons().samples().unlike());
    assertTrue(answers.notes().get(0).contains("do not give the metric"), answers.notes().get(0));
  }

  @Test
  void scoresArePairedToo() throws IOException {
    Files.createDirectories(folder.resolve("predictions"));
    for (String label : List.of("a", "b")) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < 5; i++) {
        int score = label.equals("a") ? i : i == 4 ? 3 : i == 3 ? 4 : i;
        text.append("{\"index\":" + i + ",\"prediction\":" + score + ",\"logits\":[1],\"gold\":")
            .append(i + ".0}\n");
      }
      Files.writeString(folder.resolve("predictions/" + label + "0.jsonl"), text);
    }
    Difference difference =
        difference(row("a", 1, "pearson_spearman", 0), row("b", 0.9, "pearson_spearman", 0));
    assertEquals(Difference.Test.BOOTSTRAP, difference.test());
    assertEquals(0.1, difference.gain(), 1e-12);
  }

  @Test
  void seedsAddTheirVarianceWithFewDegreesOfFreedom() {
    Difference difference =
        difference(
            row("a", 0.80, "mcc", 0),
            row("a", 0.84, "mcc", 1),
            row("a", 0.82, "mcc", 2),
            row("b", 0.70, "mcc", 0),
            row("b", 0.70, "mcc", 1),
            row("b", 0.70, "mcc", 2));
    assertEquals(0.12, difference.gain(), 1e-12);
    double ofSeeds = 0.02 * 0.02 / 3;
    assertEquals(8e-4 + ofSeeds, difference.variance(), 1e-12);
    double ratio = (8e-4 + ofSeeds) / ofSeeds;
    assertEquals(2 * ratio * ratio, difference.freedom(), 1e-6);
  }

  @Test
  void ofAMetricWithoutAnErrorNothingIsTested() {
    Difference difference =
        difference(
            row("a", 0.8, "bleu", 0).set(ScoreColumns.METRIC_STDERR, null),
            row("b", 0.7, "bleu", 0).set(ScoreColumns.METRIC_STDERR, null));
    assertEquals(Difference.Test.NONE, difference.test());
    assertTrue(Double.isNaN(difference.pValue()));
  }
}
