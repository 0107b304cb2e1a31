package io.github.lrfbench.kernels.lowrank;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.lrfbench.kernels.lowrank.BreakEven.Verdict;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BreakEvenTest {
  @Test
  void crossingIsInterpolated() {
    BreakEven breakEven = BreakEven.of(10, Map.of(64, 4.0, 128, 8.0, 256, 12.0));
    assertEquals(new BreakEven(192, Verdict.FOUND), breakEven);
  }

  @Test
  void equalTimesAreNotFaster() {
    assertEquals(new BreakEven(128, Verdict.FOUND), BreakEven.of(8, Map.of(64, 4.0, 128, 8.0)));
  }

  @Test
  void theFirstCrossingCountsWhereNoiseMakesSeveral() {
    BreakEven breakEven = BreakEven.of(10, Map.of(10, 8.0, 20, 12.0, 30, 9.0, 40, 15.0));
    assertEquals(15, breakEven.rank(), 1e-12);
  }

  @Test
  void crossingsOutsideTheMeasuredRanksAreBounds() {
    assertEquals(new BreakEven(8, Verdict.BELOW), BreakEven.of(1, Map.of(8, 2.0, 16, 3.0)));
    assertEquals(new BreakEven(16, Verdict.NOT_REACHED), BreakEven.of(9, Map.of(8, 2.0, 16, 3.0)));
    assertThrows(IllegalArgumentException.class, () -> BreakEven.of(9, Map.of()));
  }
}
