package io.github.lrfbench.harness.compress.allocate;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * One choice for every matrix, so that the sum of errors is least and the sum of costs within a
 * budget: the multiple-choice knapsack, solved exactly by a dynamic program over the budget in
 * units that divide all costs. Choices that no optimal solution holds, by a bound of Lagrange's,
 * are left out before.
 *
 * <p>Where the units would be too many for a table, costs are rounded up to larger ones: the budget
 * then holds still, and what it leaves is for the caller to spend.
 */
final class Knapsack {
  /** The most units of a table. */
  private static final int UNITS = 1 << 19;

  private static final int HALVINGS = 200;

  private final double[][] costs;
  private final double[][] errors;

  /** What may be spent beyond the cheapest choices. */
  private final double budget;

  /**
   * A knapsack.
   *
   * @param costs of every matrix those of its choices, the cheapest first
   */
  private Knapsack(double[][] costs, double[][] errors, double budget) {
    this.costs =
        Arrays.stream(costs)
            .map(of -> Arrays.stream(of).map(cost -> cost - of[0]).toArray())
            .toArray(double[][]::new);
    this.errors = errors;
    this.budget = budget - Arrays.stream(costs).mapToDouble(of -> of[0]).sum();
  }

  /**
   * The best choices.
   *
   * @param costs of every matrix those of its choices, in ascending order
   * @param errors likewise, finite
   * @return the cheapest choices where the budget does not suffice for them
   */
  static int[] solve(double[][] costs, double[][] errors, double budget) {
    // Sums of costs round; what is no more than that over the budget is within it.
    Knapsack knapsack = new Knapsack(costs, errors, budget * (1 + 1e-12));
    if (knapsack.budget <= 0) {
      return new int[costs.length];
    }
    int[] free = knapsack.atPrice(0);
    return knapsack.cost(free) <= knapsack.budget ? free : knapsack.solve();
  }

  private int[] solve() {
    int[][] kept = promising();
    double unit = unit(kept);
    if (budget / unit > UNITS) {
      unit = budget / UNITS;
    }
    return table(kept, unit);
  }

  /** What every matrix chooses where a unit of cost has a price; of equals the cheapest. */
  private int[] atPrice(double price) {
    int[] chosen = new int[costs.length];
    for (int i = 0; i < chosen.length; i++) {
      for (int k = 1; k < costs[i].length; k++) {
        if (priced(i, k, price) < priced(i, chosen[i], price)) {
          chosen[i] = k;
        }
      }
    }
    return chosen;
  }

  private double priced(int matrix, int choice, double price) {
    return errors[matrix][choice] + price * costs[matrix][choice];
  }

  private double cost(int[] chosen) {
    double sum = 0;
    for (int i = 0; i < chosen.length; i++) {
      sum += costs[i][chosen[i]];
    }
    return sum;
  }

  /**
   * The choices that an optimal solution may hold. At any price the sum of the least priced errors,
   * less the price of the budget, is no more than the optimum; with another choice for one matrix
   * it grows by what that costs more, and must not exceed the error of a solution that is known.
   * The cheapest are kept anyway, so that there is always a solution.
   */
  private int[][] promising() {
    double low = 0;
    double high = 1;
    while (cost(atPrice(high)) > budget) {
      low = high;
      high *= 4;
    }
    for (int i = 0; i < HALVINGS; i++) {
      double price = low + (high - low) / 2;
      if (cost(atPrice(price)) > budget) {
        low = price;
      } else {
        high = price;
      }
    }
    double price = high;
    int[] known = atPrice(price);
    double slack = price * (budget - cost(known));
    double scale = 0;
    for (int i = 0; i < known.length; i++) {
      scale += Math.abs(priced(i, known[i], price));
    }
    // Costs that are rounded up to units of a table exceed the budget by no more than this.
    double rounding = price * costs.length * budget / UNITS;
    double gap = slack + rounding + 1e-9 * scale;
    int[][] kept = new int[costs.length][];
    for (int i = 0; i < kept.length; i++) {
      int matrix = i;
      double least = priced(i, known[i], price);
      kept[i] =
          IntStream.range(0, costs[i].length)
              .filter(k -> k == 0 || priced(matrix, k, price) - least <= gap)
              .toArray();
    }
    return kept;
  }

  /**
   * The greatest common divisor of the costs; that of the table where they are no whole numbers.
   */
  private double unit(int[][] kept) {
    long divisor = 0;
    for (int i = 0; i < kept.length; i++) {
      for (int k : kept[i]) {
        double cost = costs[i][k];
        if (cost != Math.rint(cost)) {
          return budget / UNITS;
        }
        divisor = gcd((long) cost, divisor);
      }
    }
    return Math.max(1, divisor);
  }

  private static long gcd(long a, long b) {
    return b == 0 ? a : gcd(b, a % b);
  }

  private int[] table(int[][] kept, double unit) {
    int units = (int) (budget / unit);
    double[] least = new double[units + 1];
    short[][] picked = new short[kept.length][units + 1];
    for (int i = 0; i < kept.length; i++) {
      double[] next = new double[units + 1];
      Arrays.fill(next, Double.POSITIVE_INFINITY);
      for (int j = 0; j < kept[i].length; j++) {
        int cost = units(i, kept[i][j], unit);
        double error = errors[i][kept[i][j]];
        for (int u = cost; u <= units; u++) {
          double sum = least[u - cost] + error;
          if (sum < next[u]) {
            next[u] = sum;
            picked[i][u] = (short) j;
          }
        }
      }
      least = next;
    }
    int[] chosen = new int[kept.length];
    int left = units;
    for (int i = kept.length - 1; i >= 0; i--) {
      chosen[i] = kept[i][picked[i][left]];
      left -= units(i, chosen[i], unit);
    }
    return chosen;
  }

  private int units(int matrix, int choice, double unit) {
    return (int) Math.min(Integer.MAX_VALUE, Math.ceil(costs[matrix][choice] / unit - 1e-9));
  }
}
