package io.github.lrfbench.harness.report.ranking;

import io.github.lrfbench.harness.glue.metric.Bootstrap;
import io.github.lrfbench.harness.glue.metric.Confusion;
import io.github.lrfbench.harness.glue.metric.Correlation;
import io.github.lrfbench.harness.glue.metric.GlueMetric;
import io.github.lrfbench.harness.result.CellPredictions;
import io.github.lrfbench.harness.result.Prediction;
import java.util.Arrays;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** The predictions of rows, where they lie beside them, and the metric of resamples of these. */
final class Samples {
  /** All bootstraps have the same seed, so that all models are scored on the same resamples. */
  private static final long SEED = 0;

  /** How far the metric of predictions may be from the row's, which was printed exactly. */
  private static final double TOLERANCE = 1e-6;

  /**
   * The predictions of a row.
   *
   * @param gold what is right [examples], in the order of their rows in the data
   * @param predictions what the model said [examples]
   * @param indices the examples' rows in the data [examples]
   * @param resampled the metric of each resample
   */
  record Sample(
      List<Object> gold, List<Object> predictions, List<Integer> indices, double[] resampled) {
    boolean isPairOf(Sample other) {
      return indices.equals(other.indices) && gold.equals(other.gold);
    }

    /** How many examples it has right that another has wrong. */
    int onlyRight(Sample other) {
      return (int)
          IntStream.range(0, gold.size())
              .filter(i -> gold.get(i).equals(predictions.get(i)))
              .filter(i -> !gold.get(i).equals(other.predictions.get(i)))
              .count();
    }
  }

  private final Metric metric;
  private final Map<ResultRow, Optional<Sample>> known = new IdentityHashMap<>();
  private int unlike;

  Samples(Metric metric) {
    this.metric = metric;
  }

  /** How many rows had predictions that do not give their metric, and so were not used. */
  int unlike() {
    return unlike;
  }

  /**
   * Those of a row; none where there is no file, an example has no label, or the metric is none of
   * GLUE's.
   *
   * @throws io.github.lrfbench.kernels.InputException if the file is damaged
   */
  Optional<Sample> of(ResultRow row) {
    return known.computeIfAbsent(row, this::read);
  }

  private Optional<Sample> read(ResultRow row) {
    Optional<GlueMetric> glue =
        Arrays.stream(GlueMetric.values())
            .filter(candidate -> candidate.id().equals(metric.name(row)))
            .findFirst();
    if (glue.isEmpty() || row.folder() == null) {
      return Optional.empty();
    }
    List<Prediction> predictions =
        CellPredictions.find(row.folder(), row.cellId())
            .map(CellPredictions::read)
            .orElse(List.of())
            .stream()
            .sorted(Comparator.comparingInt(Prediction::index))
            .toList();
    if (predictions.size() < 2
        || predictions.stream().anyMatch(prediction -> prediction.gold() == null)) {
      return Optional.empty();
    }
    double[] resampled =
        glue.get() == GlueMetric.PEARSON_SPEARMAN
            ? scores(row, predictions)
            : classes(glue.get(), row, predictions);
    if (resampled.length == 0) {
      unlike++;
      return Optional.empty();
    }
    return Optional.of(
        new Sample(
            predictions.stream().map(Prediction::gold).toList(),
            predictions.stream().map(Prediction::prediction).toList(),
            predictions.stream().map(Prediction::index).toList(),
            resampled));
  }

  /** Resamples of the metric of scores; none if they do not give that of the row. */
  private double[] scores(ResultRow row, List<Prediction> predictions) {
    if (!predictions.stream()
        .allMatch(one -> one.gold() instanceof Number && one.prediction() instanceof Number)) {
      return new double[0];
    }
    double[] gold =
        predictions.stream().mapToDouble(one -> ((Number) one.gold()).doubleValue()).toArray();
    double[] said =
        predictions.stream()
            .mapToDouble(one -> ((Number) one.prediction()).doubleValue())
            .toArray();
    double value = (Correlation.pearson(gold, said) + Correlation.spearman(gold, said)) / 2;
    return isOf(row, value) ? new Bootstrap(SEED).resampled(gold, said) : new double[0];
  }

  /**
   * Resamples of the metric of classes; none if they do not give that of the row. F1 is that of
   * class 1, and only the row tells which label that is: the one with which they do.
   */
  private double[] classes(GlueMetric glue, ResultRow row, List<Prediction> predictions) {
    TreeSet<String> names = new TreeSet<>();
    predictions.forEach(one -> names.add(one.gold().toString()));
    predictions.forEach(one -> names.add(one.prediction().toString()));
    for (List<String> order : List.of(List.copyOf(names), List.copyOf(names.descendingSet()))) {
      int[] gold =
          predictions.stream().mapToInt(one -> order.indexOf(one.gold().toString())).toArray();
      int[] said =
          predictions.stream()
              .mapToInt(one -> order.indexOf(one.prediction().toString()))
              .toArray();
      int count = Math.max(2, order.size());
      if (isOf(row, glue.of(Confusion.of(gold, said, count)))) {
        return new Bootstrap(SEED).resampled(glue, gold, said, count);
      }
    }
    return new double[0];
  }

  private boolean isOf(ResultRow row, double value) {
    return Math.abs(value - metric.of(row)) <= TOLERANCE;
  }
}
