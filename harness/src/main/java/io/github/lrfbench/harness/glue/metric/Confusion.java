package io.github.lrfbench.harness.glue.metric;

import java.util.stream.IntStream;

/** How often each class was predicted for each true class, and the metrics that follow from it. */
public final class Confusion {
  private final int classes;

  /** [true class, predicted class] */
  private final long[] counts;

  private Confusion(int classes, long[] counts) {
    this.classes = classes;
    this.counts = counts;
  }

  /**
   * Counts pairs of true and predicted class.
   *
   * @param labels true classes [examples], not modified
   * @param predictions predicted classes [examples], not modified
   * @param classes number of classes
   * @throws IllegalArgumentException if there is no example, if lengths differ or a class is
   *     outside 0 to {@code classes - 1}
   */
  public static Confusion of(int[] labels, int[] predictions, int classes) {
    return new Confusion(classes, count(cells(labels, predictions, classes), classes));
  }

  /** The cell {@code label * classes + prediction} of every example; see {@link #of}. */
  static int[] cells(int[] labels, int[] predictions, int classes) {
    Arguments.requireSameLength(labels.length, predictions.length);
    return IntStream.range(0, labels.length)
        .map(
            i ->
                Arguments.requireClass(labels[i], classes) * classes
                    + Arguments.requireClass(predictions[i], classes))
        .toArray();
  }

  /** Counts from the number of examples in each cell [classes * classes], which is not copied. */
  static Confusion ofCounts(long[] counts, int classes) {
    return new Confusion(classes, counts);
  }

  private static long[] count(int[] cells, int classes) {
    long[] counts = new long[Math.multiplyExact(classes, classes)];
    for (int cell : cells) {
      counts[cell]++;
    }
    return counts;
  }

  /** How often {@code prediction} was given where {@code label} is true. */
  public long count(int label, int prediction) {
    return counts[label * classes + prediction];
  }

  /** Fraction of examples whose class was predicted. */
  public double accuracy() {
    return (double) correct() / total();
  }

  /** F1 of class 1: 2 TP / (2 TP + FP + FN), 0 where the denominator is 0. */
  public double f1() {
    long denominator = actual(1) + predicted(1);
    return denominator == 0 ? 0 : 2.0 * count(1, 1) / denominator;
  }

  /**
   * Matthews correlation coefficient for any number of classes (Gorodkin 2004, "Comparing two
   * K-category assignments by a K-category correlation coefficient"); 0 where labels or predictions
   * are all of one class.
   */
  public double mcc() {
    long samples = total();
    long covariance = correct() * samples;
    long labelVariance = samples * samples;
    long predictionVariance = samples * samples;
    for (int k = 0; k < classes; k++) {
      covariance -= predicted(k) * actual(k);
      labelVariance -= actual(k) * actual(k);
      predictionVariance -= predicted(k) * predicted(k);
    }
    if (labelVariance == 0 || predictionVariance == 0) {
      return 0;
    }
    return covariance / Math.sqrt((double) labelVariance * predictionVariance);
  }

  private long total() {
    long total = 0;
    for (long count : counts) {
      total += count;
    }
    return total;
  }

  private long correct() {
    long correct = 0;
    for (int k = 0; k < classes; k++) {
      correct += count(k, k);
    }
    return correct;
  }

  private long actual(int label) {
    long actual = 0;
    for (int k = 0; k < classes; k++) {
      actual += count(label, k);
    }
    return actual;
  }

  private long predicted(int prediction) {
    long predicted = 0;
    for (int k = 0; k < classes; k++) {
      predicted += count(k, prediction);
    }
    return predicted;
  }
}
