package io.github.lrfbench.harness.glue.metric;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Expected values that are not derived here are SciPy's. */
class CorrelationTest {
  private static final double TOLERANCE = 1e-12;
  private static final double INF = Double.POSITIVE_INFINITY;

  @Test
  void sharedRanksOfTies() {
    double[] gold = {5, 4, 4, 1, 0};
    double[] predicted = {4.5, 4.5, 3, 2, 0.5};
    assertEquals(0.937223, Correlation.pearson(gold, predicted), 1e-6);
    assertEquals(0.921053, Correlation.spearman(gold, predicted), 1e-6);
    assertArrayEquals(new double[] {5, 3.5, 3.5, 2, 1}, Levels.of(gold).ranks());
  }

  @Test
  void undefinedIsNotANumber() {
    double[] rising = {1, 2, 3};
    for (double[] other :
        new double[][] {
          {1, 1, 1},
          {0.1, 0.1, 0.1},
          {1e8 + 0.1, 1e8 + 0.1, 1e8 + 0.1},
          {1, Double.NaN, 2},
          {0.0, -0.0, 0.0}
        }) {
      assertEquals(Double.NaN, Correlation.pearson(other, rising), Arrays.toString(other));
      assertEquals(Double.NaN, Correlation.spearman(rising, other), Arrays.toString(other));
    }
    assertEquals(Double.NaN, Correlation.pearson(new double[] {1}, new double[] {2}));
    assertEquals(Double.NaN, Correlation.spearman(new double[] {1}, new double[] {2}));
    assertEquals(Double.NaN, Correlation.pearson(new double[] {1, INF, 2}, rising));
    assertEquals(0.5, Correlation.spearman(new double[] {1, INF, 2}, rising), TOLERANCE);
  }

  @Test
  void extremeMagnitudes() {
    double[] other = {1, 2, 4};
    double expected = 0.9819805060619655;
    assertEquals(
        expected, Correlation.pearson(new double[] {1e200, 2e200, 3e200}, other), TOLERANCE);
    assertEquals(
        expected, Correlation.pearson(new double[] {1e-200, 2e-200, 3e-200}, other), TOLERANCE);
    assertEquals(
        -0.5,
        Correlation.pearson(new double[] {1e308, -1e308, 0}, new double[] {1, 2, 3}),
        TOLERANCE);
    assertEquals(1, Correlation.spearman(new double[] {-INF, 0, INF}, other), TOLERANCE);
  }

  @Test
  void zerosOfEitherSignAreTies() {
    double[] x = {-0.0, 0.0, 1, 2};
    assertArrayEquals(new double[] {1.5, 1.5, 3, 4}, Levels.of(x).ranks());
    assertArrayEquals(new double[] {1, 2}, Levels.of(new double[] {-0.0, 1}).ranks());
  }

  @Test
  void agreesWithRanksByCounting() {
    SplittableRandom random = new SplittableRandom(5);
    for (int trial = 0; trial < 100; trial++) {
      int n = 2 + random.nextInt(60);
      double[] x = random.doubles(n).map(v -> Math.floor(v * 12) / 4).toArray();
      double[] y = random.doubles(n).toArray();
      assertArrayEquals(ranksByCounting(x), Levels.of(x).ranks(), 0);
      assertEquals(
          Correlation.pearson(ranksByCounting(x), ranksByCounting(y)),
          Correlation.spearman(x, y),
          TOLERANCE);
    }
  }

  @Test
  void invariances() {
    SplittableRandom random = new SplittableRandom(6);
    double[] x = random.doubles(200).toArray();
    double[] y = Arrays.stream(x).map(v -> v + random.nextDouble()).toArray();
    double[] affine = Arrays.stream(y).map(v -> 7 - 1000 * v).toArray();
    double[] monotone = Arrays.stream(y).map(Math::exp).toArray();
    assertEquals(-Correlation.pearson(x, y), Correlation.pearson(x, affine), TOLERANCE);
    assertEquals(Correlation.spearman(x, y), Correlation.spearman(x, monotone), TOLERANCE);
    assertEquals(1, Correlation.pearson(x, x), TOLERANCE);
  }

  @Test
  void refusesBadArguments() {
    double[] two = {1, 2};
    assertThrows(IllegalArgumentException.class, () -> Correlation.pearson(two, new double[3]));
    assertThrows(
        IllegalArgumentException.class, () -> Correlation.spearman(new double[0], new double[0]));
  }

  private static double[] ranksByCounting(double[] values) {
    return Arrays.stream(values)
        .map(
            v ->
                Arrays.stream(values).filter(other -> other < v).count()
                    + (Arrays.stream(values).filter(other -> other == v).count() + 1) / 2.0)
        .toArray();
  }
}
