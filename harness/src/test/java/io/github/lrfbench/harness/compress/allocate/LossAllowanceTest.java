package io.github.lrfbench.harness.compress.allocate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
    assertEquals(3, allowance.next(1.1, new int[] {1, 3, 5}, rank -> 1.3 - 0.07 * rank));
    assertEquals(0, allowance.next(1.1, new int[] {1, 3}, rank -> 1.22));
    assertEquals(1, allowance.next(1.1, new int[] {1, 3}, rank -> 1.33));
  }

  @Test
  void ranksAreTriedUntilOneIsAllowed() {
    List<Integer> tried = new ArrayList<>();
    int rank =
        new LossAllowance(2)
            .next(
                1,
                new int[] {2, 4, 8},
                candidate -> {
                  tried.add(candidate);
                  return candidate == 2 ? Double.NaN : 2;
                });
    assertEquals(4, rank);
    assertEquals(List.of(2, 4), tried);
  }
}
