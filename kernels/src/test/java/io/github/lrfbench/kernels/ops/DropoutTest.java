package io.github.lrfbench.kernels.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class DropoutTest {
  private static final int COUNT = 200_000;

  @Test
  void dropsItsShareWhateverTheSeed() {
    for (long seed : new long[] {0, 1, -5, Long.MAX_VALUE}) {
      for (double rate : new double[] {0.1, 0.5, 0.9}) {
        Dropout dropout = new Dropout(rate, seed);
        int dropped = 0;
        for (int i = 0; i < COUNT; i++) {
          float factor = dropout.factor(i);
          assertTrue(factor == 0 || factor == (float) (1 / (1 - rate)));
          dropped += factor == 0 ? 1 : 0;
        }
        double deviation = Math.sqrt(rate * (1 - rate) / COUNT);
        assertEquals(rate, dropped / (double) COUNT, 4 * deviation);
      }
    }
  }

  @Test
  void seedsAndNeighboursAreIndependent() {
    Dropout first = new Dropout(0.5, 1);
    Dropout second = new Dropout(0.5, 2);
    int same = 0;
    int repeated = 0;
    for (int i = 0; i < COUNT; i++) {
      same += first.factor(i) == second.factor(i) ? 1 : 0;
      repeated += first.factor(i) == first.factor(i + 1) ? 1 : 0;
    }
    double deviation = 0.5 / Math.sqrt(COUNT);
    assertEquals(0.5, same / (double) COUNT, 4 * deviation);
    assertEquals(0.5, repeated / (double) COUNT, 4 * deviation);
  }
}
