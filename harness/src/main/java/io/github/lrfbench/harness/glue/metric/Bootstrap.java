package io.github.lrfbench.harness.glue.metric;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.DoubleStream;

/**
 * Standard errors by resampling examples with replacement (Efron 1979, "Bootstrap methods: another
 * look at the jackknife"): the standard deviation of the metric over 1000 resamples as large as the
 * data. The same seed gives the same number.
 */
public final class Bootstrap {
  private static final int RESAMPLES = 1000;

  private final SplittableRandom random;

  /** A bootstrap whose draws follow from a seed. */
  public Bootstrap(long seed) {
    random = new SplittableRandom(seed);
  }

  /**
   * The standard error of a classification metric.
   *
   * @param labels true classes [examples], not modified
   * @param predictions predicted classes [examples], not modified
   * @return NaN for fewer than two examples
   * @throws IllegalArgumentException as {@link Confusion#of}
   */
  public double standardError(GlueMetric metric, int[] labels, int[] predictions, int classes) {
    return deviation(labels.length, resampled(metric, labels, predictions, classes));
  }

  /**
   * A classification metric of each resample. Bootstraps of one seed draw the same resamples of as
   * many examples, so that those of two models can be subtracted.
   *
   * @param labels true classes [examples], not modified
   * @param predictions predicted classes [examples], not modified
   * @return [1000]
   * @throws IllegalArgumentException as {@link Confusion#of}
   */
  public double[] resampled(GlueMetric metric, int[] labels, int[] predictions, int classes) {
    int[] cells = Confusion.cells(labels, predictions, classes);
    long[] counts = new long[classes * classes];
    return resampled(
        () -> {
          Arrays.fill(counts, 0);
          for (int i = 0; i < cells.length; i++) {
            counts[cells[draw(cells.length)]]++;
          }
          return metric.of(Confusion.ofCounts(counts, classes));
        });
  }

  /**
   * The standard error of the mean of Pearson and Spearman correlation. Resamples for which they
   * are undefined are left out.
   *
   * @param labels true scores [examples], not modified
   * @param predictions predicted scores [examples], not modified
   * @return NaN for fewer than two examples or where fewer than two resamples have a correlation
   * @throws IllegalArgumentException if there is no example or lengths differ
   */
  public double standardError(double[] labels, double[] predictions) {
    return deviation(labels.length, resampled(labels, predictions));
  }

  /**
   * The mean of Pearson and Spearman correlation of each resample; see the other method of this
   * name.
   *
   * @param labels true scores [examples], not modified
   * @param predictions predicted scores [examples], not modified
   * @return [1000], NaN where they are undefined; nothing if an argument holds a NaN
   * @throws IllegalArgumentException if there is no example or lengths differ
   */
  public double[] resampled(double[] labels, double[] predictions) {
    Arguments.requireSameLength(labels.length, predictions.length);
    if (DoubleStream.concat(Arrays.stream(labels), Arrays.stream(predictions))
        .anyMatch(Double::isNaN)) {
      return new double[0];
    }
    Levels labelLevels = Levels.of(labels);
    Levels predictionLevels = Levels.of(predictions);
    int[] sample = new int[labels.length];
    return resampled(
        () -> {
          for (int i = 0; i < sample.length; i++) {
            sample[i] = draw(sample.length);
          }
          double pearson = Correlation.pearson(chosen(labels, sample), chosen(predictions, sample));
          double spearman =
              Correlation.pearson(labelLevels.ranks(sample), predictionLevels.ranks(sample));
          return (pearson + spearman) / 2;
        });
  }

  /**
   * The standard error of a function of a mean that is a ratio of sums over examples of different
   * weight, each drawn with its weight.
   *
   * @param sums of each example's values, not modified
   * @param weights of the examples, not modified
   * @param function of the sum of some sums over the sum of their weights
   * @return NaN for fewer than two examples
   * @throws IllegalArgumentException if there is no example or lengths differ
   */
  public double standardError(double[] sums, double[] weights, DoubleUnaryOperator function) {
    Arguments.requireSameLength(sums.length, weights.length);
    return deviation(
        sums.length,
        resampled(
            () -> {
              double sum = 0;
              double weight = 0;
              for (int i = 0; i < sums.length; i++) {
                int drawn = draw(sums.length);
                sum += sums[drawn];
                weight += weights[drawn];
              }
              return function.applyAsDouble(sum / weight);
            }));
  }

  private static double[] chosen(double[] values, int[] sample) {
    double[] chosen = new double[sample.length];
    for (int i = 0; i < chosen.length; i++) {
      chosen[i] = values[sample[i]];
    }
    return chosen;
  }

  private static double[] resampled(DoubleSupplier metric) {
    return DoubleStream.generate(metric).limit(RESAMPLES).toArray();
  }

  /** Of the values that are defined. */
  private static double deviation(int examples, double[] resampled) {
    if (examples < 2) {
      return Double.NaN;
    }
    double[] values = Arrays.stream(resampled).filter(value -> !Double.isNaN(value)).toArray();
    if (values.length < 2) {
      return Double.NaN;
    }
    double mean = Arrays.stream(values).sum() / values.length;
    double squares = Arrays.stream(values).map(value -> (value - mean) * (value - mean)).sum();
    return Math.sqrt(squares / (values.length - 1));
  }

  /**
   * A position from 0 to {@code bound - 1}; the bias, under bound / 2^32, is far below the noise.
   */
  private int draw(int bound) {
    return (int) (Integer.toUnsignedLong(random.nextInt()) * bound >>> Integer.SIZE);
  }
}
