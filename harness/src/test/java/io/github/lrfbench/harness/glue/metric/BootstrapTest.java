package io.github.lrfbench.harness.glue.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BootstrapTest {
  @Test
  void accuracyHasTheBinomialStandardError() {
    int n = 800;
    int[] labels = new int[n];
    int[] predictions = new int[n];
    Arrays.fill(predictions, 0, 200, 1);
    double expected = Math.sqrt(0.75 * 0.25 / n);
    double actual = new Bootstrap(1).standardError(GlueMetric.ACCURACY, labels, predictions, 2);
    assertEquals(expected, actual, 0.1 * expected);
  }

  @Test
  void correlationHasTheStandardErrorOfNormalData() {
    int n = 1500;
    SplittableRandom random = new SplittableRandom(2);
    double[] x = new double[n];
    double[] y = new double[n];
    for (int i = 0; i < n; i++) {
      x[i] = normal(random);
      y[i] = x[i] + normal(random);
    }
    // (1 - r^2) / sqrt(n) for Pearson; Spearman's is a little larger and goes with it.
    double expected = 0.5 / Math.sqrt(n);
    double actual = new Bootstrap(1).standardError(x, y);
    assertEquals(expected, actual, 0.25 * expected);
  }

  /** Against metrics as they are defined, on resamples that are drawn otherwise. */
  @Test
  void allAreThoseOfASlowBootstrap() {
    int n = 90;
    Random random = new Random(3);
    int[] labels = new int[n];
    int[] predictions = new int[n];
    double[] x = new double[n];
    double[] y = new double[n];
    double[] weights = new double[n];
    for (int i = 0; i < n; i++) {
      labels[i] = random.nextInt(3) / 2;
      predictions[i] = random.nextInt(4) > 0 ? labels[i] : 1 - labels[i];
      x[i] = random.nextGaussian();
      y[i] = x[i] + random.nextGaussian();
      weights[i] = 1 + random.nextInt(40);
    }
    Bootstrap bootstrap = new Bootstrap(1);
    assertNear(
        slow(n, s -> sum(s, i -> labels[i] == predictions[i] ? 1 : 0) / n),
        bootstrap.standardError(GlueMetric.ACCURACY, labels, predictions, 2));
    assertNear(
        slow(
            n,
            s -> {
              double both = sum(s, i -> labels[i] * predictions[i]);
              double wrong = sum(s, i -> labels[i] == predictions[i] ? 0 : 1);
              return (1 - wrong / n + 2 * both / (2 * both + wrong)) / 2;
            }),
        bootstrap.standardError(GlueMetric.ACCURACY_F1, labels, predictions, 2));
    assertNear(
        slow(n, s -> pearson(s, i -> labels[i], i -> predictions[i])),
        bootstrap.standardError(GlueMetric.MCC, labels, predictions, 2));
    assertNear(
        slow(
            n,
            s ->
                (pearson(s, i -> x[i], i -> y[i])
                        + pearson(s, i -> rank(s, x, i), i -> rank(s, y, i)))
                    / 2),
        bootstrap.standardError(x, y));
    assertNear(
        slow(n, s -> Math.exp(sum(s, i -> weights[i] * x[i] * x[i]) / sum(s, i -> weights[i]))),
        bootstrap.standardError(
            IntStream.range(0, n).mapToDouble(i -> weights[i] * x[i] * x[i]).toArray(),
            weights,
            Math::exp));
  }

  /** Of 1000 and of 3000 resamples; each deviation is known to 2 to 3 %. */
  private static void assertNear(double expected, double actual) {
    assertEquals(expected, actual, 0.1 * expected);
  }

  private static double slow(int examples, ToDoubleFunction<int[]> metric) {
    Random random = new Random(11);
    double[] values = new double[3000];
    for (int b = 0; b < values.length; b++) {
      values[b] = metric.applyAsDouble(random.ints(examples, 0, examples).toArray());
    }
    double mean = Arrays.stream(values).average().orElseThrow();
    double variance =
        Arrays.stream(values).map(v -> (v - mean) * (v - mean)).average().getAsDouble();
    return Math.sqrt(variance);
  }

  private static double sum(int[] sample, IntToDoubleFunction value) {
    return Arrays.stream(sample).mapToDouble(value).sum();
  }

  private static double pearson(int[] s, IntToDoubleFunction first, IntToDoubleFunction second) {
    double a = sum(s, first) / s.length;
    double b = sum(s, second) / s.length;
    double products = sum(s, i -> (first.applyAsDouble(i) - a) * (second.applyAsDouble(i) - b));
    double squares = sum(s, i -> Math.pow(first.applyAsDouble(i) - a, 2));
    return products / Math.sqrt(squares * sum(s, i -> Math.pow(second.applyAsDouble(i) - b, 2)));
  }

  /** The mean rank of a value within a sample. */
  private static double rank(int[] sample, double[] values, int of) {
    return sum(sample, i -> values[i] < values[of] ? 1 : values[i] == values[of] ? 0.5 : 0);
  }

  @Test
  void theSeedDecides() {
    int[] labels = new SplittableRandom(1).ints(100, 0, 2).toArray();
    int[] predictions = new SplittableRandom(2).ints(100, 0, 2).toArray();
    double first = new Bootstrap(7).standardError(GlueMetric.MCC, labels, predictions, 2);
    assertEquals(first, new Bootstrap(7).standardError(GlueMetric.MCC, labels, predictions, 2));
    assertNotEquals(first, new Bootstrap(8).standardError(GlueMetric.MCC, labels, predictions, 2));
    assertTrue(first > 0.05 && first < 0.2, () -> "about 1 / sqrt(100), but " + first);
  }

  @Test
  void perfectPredictionsHaveNoSpread() {
    int[] labels = {0, 1, 2, 2, 1};
    assertEquals(0, new Bootstrap(1).standardError(GlueMetric.ACCURACY, labels, labels, 3));
    double[] scores = {1, 2, 3, 4, 5, 6, 7};
    assertEquals(0, new Bootstrap(1).standardError(scores, scores), 1e-12);
  }

  @Test
  void tooLittleToResample() {
    int[] one = {1};
    Bootstrap bootstrap = new Bootstrap(1);
    assertEquals(Double.NaN, bootstrap.standardError(GlueMetric.ACCURACY, one, one, 2));
    assertEquals(Double.NaN, bootstrap.standardError(new double[] {1}, new double[] {1}));
    double[] single = {3};
    assertEquals(Double.NaN, bootstrap.standardError(single, single, Math::exp));
    double[] infinite = {Double.POSITIVE_INFINITY, 1};
    assertEquals(Double.NaN, bootstrap.standardError(infinite, new double[] {1, 1}, Math::exp));
    assertEquals(Double.NaN, bootstrap.standardError(new double[] {1, 2}, new double[] {3, 3}));
    assertEquals(
        Double.NaN, bootstrap.standardError(new double[] {1, 2}, new double[] {Double.NaN, 3}));
  }

  /** Marsaglia's polar method. */
  private static double normal(SplittableRandom random) {
    while (true) {
      double u = 2 * random.nextDouble() - 1;
      double v = 2 * random.nextDouble() - 1;
      double s = u * u + v * v;
      if (s > 0 && s < 1) {
        return u * Math.sqrt(-2 * Math.log(s) / s);
      }
    }
  }
}
