package io.github.lrfbench.harness.compress.allocate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class LossAllowanceTest {
  @Test
  void aFactorIsSharedOutByTime() {
    double[] times = new double[48];
    for (int i = 0; i < times.length; i++) {
      times[i] = new double[] {4, 1, 2, 3}[i % 4];
    }
    double[] shares = LossAllowance.shares(1.1, times);
    assertArrayEquals(
        new double[] {1.003182, 1.000795, 1.001590, 1.002386}, Arrays.copyOf(shares, 4), 1e-6);
    assertEquals(1.1, Arrays.stream(shares).reduce(1, (a, b) -> a * b), 1e-12);
  }

  @Test
  void whatIsNotUsedIsLeftToTheNext() {
    LossAllowance allowance = new LossAllowance(1);
    // Allowed are 1.1, 1.21 and 1.331.
    assertEquals(
        OptionalInt.of(3), allowance.next(1.1, new int[] {1, 3, 5}, point -> 1.3 - 0.07 * point));
    assertEquals(OptionalInt.empty(), allowance.next(1.1, new int[] {1, 3}, point -> 1.22));
    assertEquals(OptionalInt.of(1), allowance.next(1.1, new int[] {1, 3}, point -> 1.33));
  }

  @Test
  void pointsAreTriedUntilOneIsAllowed() {
    List<Integer> tried = new ArrayList<>();
    OptionalInt point =
        new LossAllowance(2)
            .next(
                1,
                new int[] {2, 4, 8},
                candidate -> {
                  tried.add(candidate);
                  return candidate == 2 ? Double.NaN : 2;
                });
    assertEquals(OptionalInt.of(4), point);
    assertEquals(List.of(2, 4), tried);
  }
}
