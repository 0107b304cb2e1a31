package io.github.lrfbench.harness.glue.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
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
