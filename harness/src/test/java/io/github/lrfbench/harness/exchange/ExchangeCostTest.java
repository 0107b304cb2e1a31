package io.github.lrfbench.harness.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.lrfbench.harness.measure.Link;
import org.junit.jupiter.api.Test;

class ExchangeCostTest {
  private static final Link LINK = new Link(1, 10);

  /** Four workers: six messages of a quarter each, in both of two all-reduces. */
  @Test
  void anAllReduceTakesItsMessages() {
    ExchangeCost cost = new ExchangeCost(null, 4);
    cost.allReduced(4_000_000);
    assertEquals(6 * (1e-5 + 1e-3), cost.modelledSeconds(LINK), 1e-12);
    cost.allReduced(400);
    assertEquals(6 * (2e-5 + 1e-3 + 1e-7), cost.modelledSeconds(LINK), 1e-12);
  }

  @Test
  void oneWorkerSendsNothing() {
    ExchangeCost cost = new ExchangeCost(null, 1);
    cost.allReduced(4_000_000);
    assertEquals(0, cost.modelledSeconds(LINK));
  }
}
