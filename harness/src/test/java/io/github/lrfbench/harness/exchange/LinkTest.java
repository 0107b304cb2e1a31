package io.github.lrfbench.harness.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.lrfbench.kernels.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinkTest {
  /** Four workers: six passes of a quarter each, in both of two all-reduces. */
  @Test
  void aPassTakesLatencyAndItsBytes() {
    ExchangeCost cost = new ExchangeCost(null, 4);
    cost.allReduced(4_000_000);
    assertEquals(6 * (1e-5 + 1e-3), Link.parse("1:10").seconds(cost), 1e-12);
    cost.allReduced(400);
    assertEquals(6 * (2e-5 + 1e-3 + 1e-7), Link.parse("1:10").seconds(cost), 1e-12);
    assertEquals(6 * (5e-4 + 5e-8), Link.parse("2").seconds(cost), 1e-12);
  }

  @Test
  void oneWorkerSendsNothing() {
    ExchangeCost cost = new ExchangeCost(null, 1);
    cost.allReduced(4_000_000);
    assertEquals(0, Link.parse("1:10").seconds(cost));
  }

  @Test
  void columnsSayThatTheyAreModelled() {
    assertEquals("modelled_seconds_1.25GBps_50us", Link.parse("1.25:50").column());
    assertEquals("modelled_seconds_300GBps_0us", Link.parse("300").column());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "0", "-1:5", "1:", "1:-1", "1:2:3", "NaN", "Infinity", "1:x"})
  void anythingElseIsRefused(String text) {
    assertThrows(InputException.class, () -> Link.parse(text));
  }
}
