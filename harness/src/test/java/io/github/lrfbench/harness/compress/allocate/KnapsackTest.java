package io.github.lrfbench.harness.compress.allocate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KnapsackTest {
  private static double sum(double[][] of, int[] chosen) {
    double sum = 0;
    for (int i = 0; i < chosen.length; i++) {
      sum += of[i][chosen[i]];
    }
    return sum;
  }

  /** The least error of all combinations within a budget; that of the cheapest where none is. */
  private static double leastByTrying(double[][] costs, double[][] errors, double budget) {
    double least = sum(errors, new int[costs.length]);
    boolean found = sum(costs, new int[costs.length]) <= budget;
    int[] chosen = new int[costs.length];
    while (true) {
      int i = 0;
      while (i < chosen.length && ++chosen[i] == costs[i].length) {
        chosen[i++] = 0;
      }
      if (i == chosen.length) {
        return least;
      }
      if (found && sum(costs, chosen) <= budget * (1 + 1e-12)) {
        least = Math.min(least, sum(errors, chosen));
      }
    }
  }

  /** Tables of any errors, falling or not, with costs of a common divisor and of none. */
  @ParameterizedTest
  @ValueSource(doubles = {1, 768, 0.37, 1e9})
  void isNoWorseThanTryingAll(double unit) {
    SplittableRandom random = new SplittableRandom(3);
    for (int run = 0; run < 400; run++) {
      int matrices = 1 + random.nextInt(4);
      double[][] costs = new double[matrices][];
      double[][] errors = new double[matrices][];
      double most = 0;
      for (int i = 0; i < matrices; i++) {
        costs[i] =
            random.ints(1 + random.nextInt(5), 1, 30).sorted().mapToDouble(c -> c * unit).toArray();
        errors[i] = random.doubles(costs[i].length).map(e -> e * e * e).toArray();
        most += costs[i][costs[i].length - 1];
      }
      double budget = 1.1 * random.nextDouble() * most;
      int[] chosen = Knapsack.solve(costs, errors, budget);
      double cheapest = sum(costs, new int[matrices]);
      assertTrue(sum(costs, chosen) <= Math.max(cheapest, budget * (1 + 1e-9)));
      assertEquals(leastByTrying(costs, errors, budget), sum(errors, chosen), 1e-12);
    }
  }

  /** A plain program over every unit, no choice being left out. */
  @Test
  void manyMatricesAreSolvedExactly() {
    SplittableRandom random = new SplittableRandom(8);
    for (int run = 0; run < 5; run++) {
      double[][] costs = new double[30][];
      double[][] errors = new double[30][];
      for (int i = 0; i < costs.length; i++) {
        int step = random.nextBoolean() ? 2 : 5;
        double decay = 0.02 + 0.3 * random.nextDouble();
        double scale = Math.exp(6 * random.nextDouble());
        costs[i] = new double[40];
        errors[i] = new double[40];
        Arrays.setAll(costs[i], k -> step * (k + 1.0));
        Arrays.setAll(errors[i], k -> k == 39 ? 0 : scale * Math.exp(-decay * k));
      }
      for (int budget : new int[] {150, 700, 1503, 4000, 5000, 9000}) {
        int[] chosen = Knapsack.solve(costs, errors, budget);
        assertTrue(sum(costs, chosen) <= Math.max(budget, sum(costs, new int[30])));
        double expected = budget < 150 ? Double.NaN : plain(costs, errors, budget);
        if (Double.isFinite(expected)) {
          assertEquals(expected, sum(errors, chosen), 1e-9 * expected);
        }
      }
    }
  }

  private static double plain(double[][] costs, double[][] errors, int budget) {
    double[] least = new double[budget + 1];
    for (int i = 0; i < costs.length; i++) {
      double[] next = new double[budget + 1];
      Arrays.fill(next, Double.POSITIVE_INFINITY);
      for (int b = 0; b <= budget; b++) {
        for (int k = 0; k < costs[i].length && costs[i][k] <= b; k++) {
          next[b] = Math.min(next[b], least[b - (int) costs[i][k]] + errors[i][k]);
        }
      }
      least = next;
    }
    return least[budget];
  }

  @Test
  void budgetsThatAreTooSmallOrLargeHaveAnAnswer() {
    double[][] costs = {{3, 5}, {2}};
    double[][] errors = {{1, 0}, {4}};
    assertArrayEquals(new int[] {0, 0}, Knapsack.solve(costs, errors, 0));
    assertArrayEquals(new int[] {0, 0}, Knapsack.solve(costs, errors, 6.9));
    assertArrayEquals(new int[] {1, 0}, Knapsack.solve(costs, errors, 7));
    assertArrayEquals(new int[] {1, 0}, Knapsack.solve(costs, errors, 1e300));
    assertArrayEquals(new int[0], Knapsack.solve(new double[0][], new double[0][], 5));
  }
}
