package io.github.lrfbench.harness.compress.quantize;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScalarClustersTest {
  private static double error(float[] values, double[] weights, float[] centres) {
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      double left = values[i] - (double) centres[ScalarClusters.nearest(centres, values[i])];
      sum += (weights == null ? 1 : weights[i]) * left * left;
    }
    return sum;
  }

  /** The smallest error of all ways to cut the sorted numbers, by dynamic programming. */
  private static double optimum(float[] values, double[] weights, int count) {
    Integer[] order = new Integer[values.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (a, b) -> Float.compare(values[a], values[b]));
    int n = values.length;
    double[][] least = new double[count + 1][n + 1];
    Arrays.fill(least[0], Double.POSITIVE_INFINITY);
    least[0][0] = 0;
    for (int k = 1; k <= count; k++) {
      for (int end = 0; end <= n; end++) {
        least[k][end] = least[k - 1][end];
        for (int from = 0; from < end; from++) {
          double total = 0;
          double mean = 0;
          for (int i = from; i < end; i++) {
            double weight = weights == null ? 1 : weights[order[i]];
            total += weight;
            mean += weight * values[order[i]];
          }
          double own = 0;
          for (int i = from; i < end; i++) {
            double weight = weights == null ? 1 : weights[order[i]];
            double left = values[order[i]] - (total > 0 ? mean / total : 0);
            own += weight * left * left;
          }
          least[k][end] = Math.min(least[k][end], least[k - 1][from] + own);
        }
      }
    }
    return least[count][n];
  }

  @Test
  void sixNumbersInTwoClusters() {
    float[] values = {0.11f, 0.19f, 0.3f, 0.08f, 0, 0.02f};
    float[] centres = ScalarClusters.centres(values, null, 2);
    assertArrayEquals(new float[] {0.0525f, 0.245f}, centres, 1e-7f);
    assertEquals(0.013925, error(values, null, centres), 1e-8);
  }

  @ParameterizedTest
  @CsvSource({"12, 2, 1", "40, 4, 1e-30", "40, 8, 1e30", "30, 16, 1"})
  void itComesCloseToTheOptimum(int n, int count, double size) {
    SplittableRandom random = new SplittableRandom(n + count);
    float[] values = new float[n];
    double[] weights = new double[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) (size * random.nextGaussian());
      weights[i] = i % 5 == 0 ? 0 : random.nextDouble();
    }
    for (double[] own : new double[][] {null, weights}) {
      double least = optimum(values, own, count);
      double error = error(values, own, ScalarClusters.centres(values, own, count));
      // Lloyd's algorithm ends in a minimum, not always the lowest.
      assertTrue(error >= least * (1 - 1e-5) - 1e-300, error + " " + least);
      assertTrue(error <= 2.5 * least + 1e-7 * size * size, error + " " + least);
    }
  }

  @Test
  void asManyCentresAsNumbersAreExact() {
    float[] values = {3, -1, 3, 0, -0f, 7};
    float[] centres = ScalarClusters.centres(values, null, 8);
    assertArrayEquals(new float[] {-1, 0, 3, 7, 7, 7, 7, 7}, centres);
    assertEquals(0, error(values, null, centres));
    assertArrayEquals(new float[] {5, 5}, ScalarClusters.centres(new float[] {5}, null, 2));
  }

  /** Most numbers are 0, and the errors elsewhere. */
  @Test
  void centresAreWhereErrorsAre() {
    float[] values = new float[1000];
    for (int i = 0; i < 40; i++) {
      values[i] = i < 20 ? 5 + i : -5 - i;
    }
    float[] centres = ScalarClusters.centres(values, null, 16);
    assertTrue(error(values, null, centres) < 60, "" + error(values, null, centres));
  }

  @Test
  void whatCountsMoreIsNearerToItsCentre() {
    float[] values = {0, 1, 10, 11};
    double[] weights = {1, 3, 3, 1};
    assertArrayEquals(
        new float[] {0.75f, 10.25f}, ScalarClusters.centres(values, weights, 2), 1e-6f);
  }
}
