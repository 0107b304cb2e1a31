package io.github.lrfbench.kernels.cpu.lapack;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TridiagonalEigenTest {
  private static double[] filled(int length, double value) {
    double[] x = new double[length];
    Arrays.fill(x, value);
    return x;
  }

  /** Fails unless the pairs are eigenpairs to {@code tolerance} |T| and orthonormal. */
  private static void assertEigenpairs(
      double[] d, double[] e, TridiagonalEigen.Pairs pairs, double tolerance) {
    int n = d.length;
    double scale = 0;
    for (int i = 0; i < n; i++) {
      scale = Math.max(scale, Math.max(Math.abs(d[i]), i + 1 < n ? Math.abs(e[i]) : 0));
    }
    for (int j = 0; j < pairs.values().length; j++) {
      double[] z = pairs.vectors()[j];
      double residual = 0;
      for (int i = 0; i < n; i++) {
        double r = (d[i] - pairs.values()[j]) * z[i];
        r += i > 0 ? e[i - 1] * z[i - 1] : 0;
        r += i + 1 < n ? e[i] * z[i + 1] : 0;
        residual = Math.max(residual, Math.abs(r));
      }
      assertTrue(residual <= tolerance * scale, "residual " + residual + " of pair " + j);
      assertTrue(j == 0 || pairs.values()[j] <= pairs.values()[j - 1]);
      for (int k = 0; k <= j; k++) {
        double dot = 0;
        for (int i = 0; i < n; i++) {
          dot += z[i] * pairs.vectors()[k][i];
        }
        assertEquals(j == k ? 1 : 0, dot, 1e-10, "vectors " + j + " and " + k);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 10, 101})
  void secondDifferencesHaveTheirKnownEigenvalues(int n) {
    double[] d = filled(n, 2);
    double[] e = filled(n - 1, -1);
    TridiagonalEigen.Pairs pairs = TridiagonalEigen.largest(d, e, n).orElseThrow();
    double[] expected = new double[n];
    for (int j = 0; j < n; j++) {
      expected[j] = 2 - 2 * Math.cos(Math.PI * (n - j) / (n + 1));
    }
    assertArrayEquals(expected, pairs.values(), 1e-14);
    assertEigenpairs(d, e, pairs, 1e-13);
  }

  @ParameterizedTest
  @CsvSource({"60, 60, 1", "300, 40, 2", "300, 1, 3", "299, 150, 4"})
  void randomMatricesAreDiagonalized(int n, int count, long seed) {
    Random random = new Random(seed);
    double[] d = random.doubles(n, -1, 1).toArray();
    double[] e = random.doubles(n - 1, -1, 1).toArray();
    assertEigenpairs(d, e, TridiagonalEigen.largest(d, e, count).orElseThrow(), 1e-12);
  }

  /**
   * Pairs of eigenvalues agree to 14 digits from the seventh on: either solved well, or refused.
   */
  @Test
  void wilkinsonsMatrixIsSolvedOrRefused() {
    int n = 21;
    double[] d = new double[n];
    for (int i = 0; i < n; i++) {
      d[i] = Math.abs(i - 10);
    }
    double[] e = filled(n - 1, 1);
    Optional<TridiagonalEigen.Pairs> pairs = TridiagonalEigen.largest(d, e, n);
    pairs.ifPresent(found -> assertEigenpairs(d, e, found, 1e-12));
    double largest = new SturmBisection(scaled(d, 1 / 16.0), scaled(e, 1 / 16.0)).largest(1)[0];
    assertEquals(10.74619418290339, 16 * largest, 1e-13);
  }

  private static double[] scaled(double[] x, double factor) {
    return Arrays.stream(x).map(value -> value * factor).toArray();
  }

  @Test
  void equalEigenvaluesAreRefused() {
    assertTrue(TridiagonalEigen.largest(filled(5, 1), filled(4, 0), 3).isEmpty());
  }

  @Test
  void matricesWithoutOrderAreRefused() {
    assertTrue(TridiagonalEigen.largest(new double[4], new double[3], 2).isEmpty());
    assertTrue(TridiagonalEigen.largest(filled(4, Double.NaN), filled(3, 1), 2).isEmpty());
    double[] infinite = {1, Double.POSITIVE_INFINITY, 1};
    assertTrue(TridiagonalEigen.largest(infinite, filled(2, 1), 2).isEmpty());
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-290, 1e-100, 1e100, 1e290})
  void scaleDoesNotMatter(double scale) {
    double[] d = {3 * scale, 1 * scale, 2 * scale};
    double[] e = {0.5 * scale, 0.25 * scale};
    TridiagonalEigen.Pairs pairs = TridiagonalEigen.largest(d, e, 3).orElseThrow();
    TridiagonalEigen.Pairs plain =
        TridiagonalEigen.largest(new double[] {3, 1, 2}, new double[] {0.5, 0.25}, 3).orElseThrow();
    for (int j = 0; j < 3; j++) {
      assertEquals(plain.values()[j], pairs.values()[j] / scale, 1e-14);
      assertArrayEquals(plain.vectors()[j], pairs.vectors()[j], 1e-14);
    }
  }

  @Test
  void theInputIsNotModified() {
    double[] d = {3, 1, 2};
    double[] e = {0.5, 0.25};
    TridiagonalEigen.largest(d, e, 2);
    assertArrayEquals(new double[] {3, 1, 2}, d);
    assertArrayEquals(new double[] {0.5, 0.25}, e);
  }
}
