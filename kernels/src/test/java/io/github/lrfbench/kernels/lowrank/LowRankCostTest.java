package io.github.lrfbench.kernels.lowrank;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class LowRankCostTest {
  @Test
  void countsFollowTheFormulas() {
    LowRankCost cost = new LowRankCost(3072, 768, 128);
    assertEquals(128 * 3840, cost.parameters());
    assertEquals(2 * 128 * 3840, cost.flopsPerRow());
    assertEquals(3072 * 768, cost.denseParameters());
    assertEquals(2 * 3072 * 768, cost.denseFlopsPerRow());
  }

  @Test
  void largeMatricesDoNotOverflow() {
    LowRankCost cost = new LowRankCost(1 << 20, 1 << 20, 1 << 15);
    assertEquals(1L << 36, cost.parameters());
    assertEquals(1L << 41, cost.denseFlopsPerRow());
    assertEquals(1 << 19, LowRankCost.breakEvenRank(1 << 20, 1 << 20));
  }

  @Test
  void breakEvenRanksAreThePublishedOnes() {
    assertEquals(384, LowRankCost.breakEvenRank(768, 768));
    assertEquals(614.4, LowRankCost.breakEvenRank(3072, 768), 1e-12);
    assertEquals(576, LowRankCost.breakEvenRank(2304, 768), 1e-12);
    assertTrue(new LowRankCost(768, 768, 383).saves());
    assertFalse(new LowRankCost(768, 768, 384).saves());
  }

  @Test
  void negativeSizesAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new LowRankCost(-1, 2, 3));
    assertThrows(IllegalArgumentException.class, () -> new LowRankCost(1, 2, -3));
  }
}
