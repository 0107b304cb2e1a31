package io.github.lrfbench.harness.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class MeanSquaresTest {
  @Test
  void theRateRisesInATenthAndFallsByACosineToATenth() {
    assertEquals(0.02, MeanSquares.rate(0.2, 1, 100), 1e-12);
    assertEquals(0.2, MeanSquares.rate(0.2, 10, 100), 1e-12);
    assertEquals(0.11, MeanSquares.rate(0.2, 55, 100), 1e-12);
    assertEquals(0.02, MeanSquares.rate(0.2, 100, 100), 1e-12);
    for (int step = 11; step <= 100; step++) {
      assertTrue(MeanSquares.rate(0.2, step, 100) < MeanSquares.rate(0.2, step - 1, 100));
    }
    assertEquals(0.2, MeanSquares.rate(0.2, 1, 1), 1e-12);
  }
}
