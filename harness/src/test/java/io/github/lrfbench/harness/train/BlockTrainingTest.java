package io.github.lrfbench.harness.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.train.BlockTraining.Settings;
import org.junit.jupiter.api.Test;

class BlockTrainingTest {
  @Test
  void theRateRisesInATenthAndFallsByACosineToATenth() {
    Settings settings = new Settings(1, 0.2, 0);
    assertEquals(0.02, settings.rate(1, 100), 1e-12);
    assertEquals(0.2, settings.rate(10, 100), 1e-12);
    assertEquals(0.11, settings.rate(55, 100), 1e-12);
    assertEquals(0.02, settings.rate(100, 100), 1e-12);
    for (int step = 11; step <= 100; step++) {
      assertTrue(settings.rate(step, 100) < settings.rate(step - 1, 100));
    }
    assertEquals(0.2, settings.rate(1, 1), 1e-12);
  }
}
