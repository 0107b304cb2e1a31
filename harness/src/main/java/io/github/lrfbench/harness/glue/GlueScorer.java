package io.github.lrfbench.harness.glue;

import io.github.lrfbench.harness.glue.metric.Bootstrap;
import io.github.lrfbench.harness.glue.metric.Confusion;
import io.github.lrfbench.harness.glue.metric.Correlation;
import io.github.lrfbench.harness.glue.metric.Loss;
import io.github.lrfbench.kernels.InputException;
import java.util.Arrays;

/** From labels and predictions to a {@link GlueScore}. Pure functions; no argument is modified. */
public final class GlueScorer {
  /** Scores that differ by less, relative to the largest, differ by float32 rounding only. */
  private static final double ROUNDING = 1e-6;

  private GlueScorer() {}

  /**
   * Scores a model's outputs.
   *
   * @param dataset labelled examples
   * @param map from outputs to classes
   * @param logits in the checkpoint's order [examples][outputs]
   * @param seed for the bootstrap
   * @throws InputException if an example has no label or a logit is not finite
   */
  public static GlueScore score(GlueDataset dataset, LabelMap map, float[][] logits, long seed) {
    GlueTask task = dataset.task();
    double[] labels = dataset.labels();
    requireFinite(dataset, logits);
    if (task.isRegression()) {
      double[] scores = Arrays.stream(logits).mapToDouble(row -> row[0]).toArray();
      requireLabels(task, labels);
      return regression(task, labels, scores, Loss.meanSquaredError(labels, scores), seed);
    }
    int[] predictions = Arrays.stream(logits).mapToInt(map::predict).toArray();
    float[][] ordered = Arrays.stream(logits).map(map::inClassOrder).toArray(float[][]::new);
    double loss = Loss.crossEntropy(classes(task, labels), ordered);
    return classification(task, labels, predictions, loss, seed);
  }

  /**
   * Scores predicted classes.
   *
   * @param labels true classes [examples]
   * @param predictions predicted classes, as positions in the task's labels [examples]
   * @param loss taken over into the score
   * @param seed for the bootstrap
   * @throws InputException if an example has no label
   * @throws IllegalArgumentException if there is no example, lengths differ or a class is not the
   *     task's
   */
  public static GlueScore classification(
      GlueTask task, double[] labels, int[] predictions, double loss, long seed) {
    int classes = task.labels().size();
    int[] truth = classes(task, labels);
    Confusion confusion = Confusion.of(truth, predictions, classes);
    return new GlueScore(
        task.metric(),
        task.metric().of(confusion),
        new Bootstrap(seed).standardError(task.metric(), truth, predictions, classes),
        confusion.accuracy(),
        classes == 2 ? confusion.f1() : Double.NaN,
        confusion.mcc(),
        Double.NaN,
        Double.NaN,
        loss,
        truth.length,
        truth.length > 1 && Arrays.stream(predictions).distinct().count() == 1);
  }

  /**
   * Scores predicted scores.
   *
   * @param labels true scores [examples]
   * @param predictions predicted scores, neither clipped nor rounded [examples]
   * @param loss taken over into the score
   * @param seed for the bootstrap
   * @throws InputException if an example has no label
   * @throws IllegalArgumentException if there is no example or lengths differ
   */
  public static GlueScore regression(
      GlueTask task, double[] labels, double[] predictions, double loss, long seed) {
    requireLabels(task, labels);
    double lowest = Arrays.stream(predictions).min().orElse(Double.NaN);
    double highest = Arrays.stream(predictions).max().orElse(Double.NaN);
    boolean several = predictions.length > 1;
    // A model that always says the same is worth nothing, unless there is nothing to tell apart.
    boolean varied = Arrays.stream(labels).distinct().count() > 1;
    boolean constant = varied && lowest == highest;
    double pearson = constant ? 0 : Correlation.pearson(labels, predictions);
    double spearman = constant ? 0 : Correlation.spearman(labels, predictions);
    double magnitude = Math.max(Math.abs(lowest), Math.abs(highest));
    return new GlueScore(
        task.metric(),
        (pearson + spearman) / 2,
        constant ? 0 : new Bootstrap(seed).standardError(labels, predictions),
        Double.NaN,
        Double.NaN,
        Double.NaN,
        pearson,
        spearman,
        loss,
        labels.length,
        several && highest - lowest <= ROUNDING * magnitude);
  }

  /** Labels as positions in the task's labels [examples]. */
  static int[] classes(GlueTask task, double[] labels) {
    requireLabels(task, labels);
    return Arrays.stream(labels).mapToInt(label -> (int) label).toArray();
  }

  private static void requireLabels(GlueTask task, double[] labels) {
    long missing = Arrays.stream(labels).filter(Double::isNaN).count();
    if (missing > 0) {
      throw new InputException(
          missing + " of " + labels.length + " examples of task " + task.name() + " have no label");
    }
  }

  static void requireFinite(GlueDataset dataset, float[][] logits) {
    for (int i = 0; i < logits.length; i++) {
      for (float logit : logits[i]) {
        if (!Float.isFinite(logit)) {
          throw new InputException(
              "the model's output for example " + i + " of " + dataset.source() + " is " + logit);
        }
      }
    }
  }
}
