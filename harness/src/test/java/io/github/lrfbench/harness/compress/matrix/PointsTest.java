package io.github.lrfbench.harness.compress.matrix;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.compress.lowrank.RankPoints;
import org.junit.jupiter.api.Test;

class PointsTest {
  /** The energy is 5. */
  @Test
  void aPointThatErrsMoreThanOneBeforeIsWorthNothing() {
    assertErrors(new double[] {5, 5}, 20, 16);
    assertErrors(new double[] {2, 2}, 2, 3);
    assertErrors(new double[] {2, 1}, 2, 1);
    assertErrors(new double[] {2, 0}, 2, -1e-9);
    assertErrors(new double[] {2, 2}, 2);
  }

  private static void assertErrors(double[] expected, double... squaredErrors) {
    OperatingPoints points = Points.meanErrors(RankPoints.of(2, 2), 5, squaredErrors, 20);
    assertEquals(5.0 / 20, points.energy(), 1e-15);
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i] / 20, points.get(i).squaredError(), 1e-15);
    }
  }
}
