package io.github.lrfbench.harness.glue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.InputException;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GlueScorerTest {
  private static final double NONE = Double.NaN;

  @Test
  void classesAreScoredThroughTheLabelMap() {
    GlueTask rte = GlueTasks.official().get("rte");
    LabelMap reversed = LabelMaps.resolve(rte, 2, Map.of(0, "not_entailment", 1, "entailment"));
    GlueDataset dataset = dataset(rte, 0, 0, 1, 1);
    float[][] logits = {{0, 2}, {0, 2}, {2, 0}, {0, 2}};
    GlueScore score = GlueScorer.score(dataset, reversed, logits, 1);
    assertEquals("accuracy", score.metricName());
    assertEquals(0.75, score.metric());
    assertEquals(0.75, score.accuracy());
    assertEquals(2 / 3.0, score.f1(), 1e-15);
    assertEquals(1 / Math.sqrt(3), score.mcc(), 1e-15);
    assertEquals(NONE, score.pearson());
    assertEquals(NONE, score.spearman());
    double right = Math.log1p(Math.exp(-2));
    assertEquals((3 * right + right + 2) / 4, score.loss(), 1e-12);
    assertEquals(4, score.examples());
    assertTrue(score.standardError() > 0.1 && score.standardError() < 0.35);
    assertFalse(score.collapsed());
  }

  @Test
  void metricsByTask() {
    double[] labels = {1, 1, 1, 0, 0, 1, 0, 1};
    int[] predictions = {1, 0, 1, 0, 1, 1, 0, 1};
    assertEquals(7 / 15.0, classify("cola", labels, predictions).metric(), 1e-15);
    assertEquals("mcc", classify("cola", labels, predictions).metricName());
    assertEquals(0.775, classify("mrpc", labels, predictions).metric(), 1e-15);
    assertEquals("accuracy_f1", classify("qqp", labels, predictions).metricName());
    GlueScore ax = classify("ax", new double[] {0, 1, 2, 2, 1, 0}, new int[] {0, 1, 2, 1, 1, 0});
    assertEquals(0.783349, ax.metric(), 1e-6);
    assertEquals(NONE, ax.f1());
  }

  @Test
  void scoresAreCorrelated() {
    GlueTask stsb = GlueTasks.official().get("stsb");
    LabelMap map = LabelMaps.resolve(stsb, 1, Map.of());
    float[][] logits = {{4.5f}, {4.5f}, {3}, {2}, {0.5f}};
    GlueScore score = GlueScorer.score(dataset(stsb, 5, 4, 4, 1, 0), map, logits, 1);
    assertEquals("pearson_spearman", score.metricName());
    assertEquals(0.937223, score.pearson(), 1e-6);
    assertEquals(0.921053, score.spearman(), 1e-6);
    assertEquals((score.pearson() + score.spearman()) / 2, score.metric());
    assertEquals((0.25 + 0.25 + 1 + 1 + 0.25) / 5, score.loss(), 1e-15);
    assertEquals(NONE, score.accuracy());
    assertFalse(score.collapsed());
  }

  @Test
  void collapsedModelsAreFlagged() {
    GlueScore constant = regress(new double[] {1, 2, 3}, new double[] {2, 2, 2});
    assertTrue(constant.collapsed());
    assertEquals(0, constant.metric());
    assertEquals(0, constant.standardError());
    assertTrue(regress(new double[] {1, 2, 3}, new double[] {2, 2 + 1e-7, 2}).collapsed());
    assertFalse(regress(new double[] {1, 2, 3}, new double[] {2, 2.01, 2}).collapsed());
    assertTrue(classify("sst2", new double[] {0, 1}, new int[] {1, 1}).collapsed());
  }

  @Test
  void oneExampleIsTooLittleToTell() {
    GlueScore one = regress(new double[] {1}, new double[] {2});
    assertEquals(NONE, one.metric());
    assertEquals(NONE, one.standardError());
    assertFalse(one.collapsed());
    GlueScore right = classify("sst2", new double[] {1}, new int[] {1});
    assertEquals(1, right.metric());
    assertEquals(NONE, right.standardError());
    assertFalse(right.collapsed());
    assertEquals(NONE, regress(new double[] {2, 2}, new double[] {1, 3}).metric());
    assertEquals(NONE, regress(new double[] {2, 2}, new double[] {3, 3}).metric());
  }

  @Test
  void whatCannotBeScoredIsAnInputError() {
    GlueTask rte = GlueTasks.official().get("rte");
    LabelMap map = LabelMaps.resolve(rte, 2, Map.of());
    InputException failure =
        assertThrows(
            InputException.class,
            () -> GlueScorer.score(dataset(rte, 0, NONE), map, new float[2][2], 1));
    assertEquals("1 of 2 examples of task rte have no label", failure.getMessage());
    failure =
        assertThrows(
            InputException.class,
            () ->
                GlueScorer.score(
                    dataset(rte, 0, 1), map, new float[][] {{0, 1}, {Float.NaN, 0}}, 1));
    assertEquals("the model's output for example 1 of x.tsv is NaN", failure.getMessage());
    assertThrows(
        IllegalArgumentException.class,
        () -> GlueScorer.score(dataset(rte, 0, 1), map, new float[1][2], 1));
    assertThrows(
        IllegalArgumentException.class,
        () -> GlueScorer.score(dataset(rte, 0), map, new float[1][3], 1));
    assertThrows(
        IllegalArgumentException.class, () -> classify("rte", new double[] {0}, new int[] {2}));
  }

  private static GlueScore classify(String task, double[] labels, int[] predictions) {
    return GlueScorer.classification(GlueTasks.official().get(task), labels, predictions, NONE, 1);
  }

  private static GlueScore regress(double[] labels, double[] predictions) {
    return GlueScorer.regression(GlueTasks.official().get("stsb"), labels, predictions, NONE, 1);
  }

  private static GlueDataset dataset(GlueTask task, double... labels) {
    List<GlueExample> examples =
        IntStream.range(0, labels.length)
            .mapToObj(i -> new GlueExample(i, "a", "b", labels[i]))
            .toList();
    return new GlueDataset(task, Split.DEV, "x.tsv", examples, 0, false, "");
  }
}
