package io.github.lrfbench.harness.compress.lowrank;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.budget.Point;
import io.github.lrfbench.kernels.svd.Spectrum;
import java.math.BigDecimal;
import java.math.MathContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RankPointsTest {
  @ParameterizedTest
  @CsvSource({"1, 1", "1, 9", "9, 1", "2, 2", "4, 7", "7, 4", "12, 12", "2, 768"})
  void everyRankIsAPoint(int m, int n) {
    OperatingPoints points = RankPoints.of(m, n);
    assertEquals(Math.min(m, n), points.count());
    assertEquals(m, points.rows());
    assertEquals(n, points.cols());
    assertTrue(Double.isNaN(points.energy()));
    int saving = 0;
    for (int rank = 1; rank <= points.count(); rank++) {
      Point point = points.get(rank - 1);
      assertEquals(rank, RankPoints.rank(rank - 1));
      assertEquals(rank, point.rank());
      assertEquals((long) rank * (m + n), point.numbers());
      assertEquals(32L * rank * (m + n), point.bits());
      assertEquals("r=" + rank, point.label());
      assertTrue(Double.isNaN(point.squaredError()));
      saving += rank * (m + n) < m * n ? 1 : 0;
    }
    assertEquals(saving, points.saving());
  }

  @Test
  void errorsAreTheSquaredTails() {
    double[] values = {1e30, 3, 2, 1e-30, 0};
    OperatingPoints points = RankPoints.of(6, 5, values);
    for (int rank = 0; rank <= 5; rank++) {
      BigDecimal tail = BigDecimal.ZERO;
      for (int i = rank; i < 5; i++) {
        tail = tail.add(new BigDecimal(values[i]).pow(2), MathContext.DECIMAL128);
      }
      double expected = tail.doubleValue();
      double actual = rank == 0 ? points.energy() : points.get(rank - 1).squaredError();
      assertEquals(expected, actual, 1e-15 * expected, "rank " + rank);
    }
  }

  @Test
  void theSmallestMatrixHasOne() {
    OperatingPoints points = RankPoints.of(1, 1, new double[] {3});
    assertEquals(9, points.energy());
    assertEquals(0, points.get(0).squaredError());
  }

  @Test
  void errorsAreKnownWhereAllSingularValuesAre() {
    Spectrum all = new Spectrum(new double[] {2, 1}, 2, Math.sqrt(5), true);
    Spectrum some = new Spectrum(new double[] {2}, 2, Math.sqrt(5), true);
    assertEquals(1, RankPoints.of(3, 2, all).get(0).squaredError());
    assertTrue(Double.isNaN(RankPoints.of(3, 2, some).get(0).squaredError()));
    assertEquals(2, RankPoints.of(3, 2, some).count());
  }
}
