package io.github.lrfbench.harness.statistics;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Beside values of SciPy 1.17 and statsmodels. */
class StatisticsTest {
  private static final double INFINITE = Double.POSITIVE_INFINITY;

  @Test
  void holmGivesWhatStatsmodelsMultipletestsGives() {
    assertArrayEquals(
        new double[] {0.03, 0.06, 0.06, 0.02},
        Statistics.holm(new double[] {0.01, 0.04, 0.03, 0.005}),
        1e-12);
    assertArrayEquals(
        new double[] {0.4, 0.005, 0.6, 0.08, 0.08},
        Statistics.holm(new double[] {0.2, 0.001, 0.6, 0.02, 0.02}),
        1e-12);
  }

  @Test
  void whatWasNotTestedCountsForNothingInHolm() {
    assertArrayEquals(
        new double[] {0.02, Double.NaN, 0.02},
        Statistics.holm(new double[] {0.01, Double.NaN, 0.02}),
        1e-12);
    assertEquals(0, Statistics.holm(new double[0]).length);
  }

  @Test
  void mcNemarGivesWhatStatsmodelsGives() {
    assertEquals(0.14599609375, Statistics.mcNemar(3, 9), 1e-12);
    assertEquals(0.14599609375, Statistics.mcNemar(9, 3), 1e-12);
    assertEquals(0.0625, Statistics.mcNemar(0, 5), 1e-12);
    assertEquals(1, Statistics.mcNemar(10, 10), 1e-12);
    assertEquals(0.007203828622098743, Statistics.mcNemar(120, 81), 1e-12);
    assertEquals(1, Statistics.mcNemar(0, 0));
  }

  @Test
  void pValuesAreOfTheNormalAndOfStudentsDistribution() {
    assertEquals(0.08913092551708608, Statistics.pValue(-1.7, 1, INFINITE), 1e-12);
    assertEquals(0.15635391213589792, Statistics.pValue(1.7, 1, 4.5), 1e-12);
    assertEquals(0.012419330651552265, Statistics.pValue(0.05, 0.02, INFINITE), 1e-12);
    assertEquals(1.9599639845400545, Statistics.reach(0.95, INFINITE), 1e-9);
    assertEquals(4.302652729749464, Statistics.reach(0.95, 2), 1e-9);
  }

  @Test
  void withoutAnErrorNothingIsTested() {
    assertTrue(Double.isNaN(Statistics.pValue(0.1, Double.NaN, INFINITE)));
    assertEquals(1, Statistics.pValue(0, 0, INFINITE));
    assertEquals(0, Statistics.pValue(0.1, 0, INFINITE));
  }

  @Test
  void variancesAreOfOneValue() {
    assertEquals(2.5, Statistics.variance(List.of(1.0, 2.0, 3.0, 4.0, 5.0)), 1e-12);
    assertEquals(0, Statistics.variance(List.of(7.0)));
  }
}
