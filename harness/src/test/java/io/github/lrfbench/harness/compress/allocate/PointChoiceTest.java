package io.github.lrfbench.harness.compress.allocate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.budget.Point;
import io.github.lrfbench.harness.compress.lowrank.RankPoints;
import io.github.lrfbench.harness.model.LinearSlot;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PointChoiceTest {
  private static int uniform(Budget budget, int multiple, OperatingPoints points) {
    Allocation allocation = new Allocation(Allocation.Policy.UNIFORM, multiple);
    return new PointChoice(allocation, budget, null).choose(List.of(), List.of(points))[0];
  }

  /** Rounded down, but to no less than one multiple; 0 stands for the matrix as it is. */
  @Test
  void uniformRanksAreMultiples() {
    int[] sides = {1, 2, 3, 8, 12, 17, 40};
    for (int m : sides) {
      for (int n : sides) {
        OperatingPoints points = RankPoints.of(m, n);
        for (int multiple : new int[] {1, 2, 3, 8}) {
          for (int wanted = 1; wanted <= Math.min(m, n); wanted++) {
            int rounded = Math.max(multiple, wanted / multiple * multiple);
            int rank = wanted * (m + n) >= m * n ? wanted : rounded;
            int expected = rank * (m + n) >= m * n ? 0 : rank;
            int chosen = uniform(new Budget.Rank(wanted), multiple, points);
            int actual = points.savesNothing(chosen) ? 0 : points.get(chosen).rank();
            assertEquals(expected, actual, wanted + " of " + m + " x " + n + " by " + multiple);
          }
        }
      }
    }
  }

  @Test
  void pointsWithoutRanksAreNotRounded() {
    OperatingPoints codes = codes(4, 64);
    assertEquals(0, uniform(new Budget.Bits(3), 8, codes));
    assertEquals(1, uniform(new Budget.Bits(5), 8, codes));
    assertEquals(2, uniform(new Budget.Bits(9), 8, codes));
  }

  /** A rank of as many numbers would lose some of the matrix for nothing. */
  @Test
  void aMatrixThatTheBudgetReachesStaysAsItIs() {
    for (int[] shape : new int[][] {{1, 1}, {4, 64}, {17, 40}, {40, 17}}) {
      OperatingPoints ranks = RankPoints.of(shape[0], shape[1]);
      for (Budget budget :
          List.of(new Budget.Keep(1), new Budget.Bits(32), new Budget.Rank(Integer.MAX_VALUE))) {
        for (int multiple : new int[] {1, 8}) {
          int chosen = uniform(budget, multiple, ranks);
          assertTrue(chosen == ranks.count() || ranks.savesNothing(chosen), budget.toString());
        }
      }
    }
    OperatingPoints ranks = RankPoints.of(4, 64);
    for (Allocation.Policy policy : Allocation.Policy.values()) {
      int[] chosen =
          new PointChoice(new Allocation(policy, 1), new Budget.Keep(1), null)
              .choose(List.of(), List.of(ranks));
      assertEquals(ranks.count(), chosen[0], policy.name());
    }
    // Codes keep every number and save bits all the same.
    assertEquals(2, uniform(new Budget.Keep(1), 1, codes(4, 64)));
    assertEquals(3, uniform(new Budget.Bits(32), 1, codes(4, 64)));
  }

  /** The sum of errors is the least of all pairs of ranks that the budget allows. */
  @Test
  void absoluteErrorsAreAddedUpAsTheyAre() {
    double[][] values = {{9, 6, 3, 2, 1, 0.5}, {0.9, 0.8, 0.7, 0.3, 0.2, 0.1}};
    List<OperatingPoints> offers =
        List.of(RankPoints.of(6, 30, values[0]), RankPoints.of(6, 30, values[1]));
    List<LinearSlot> slots =
        List.of(new LinearSlot("a", 0, "query", null), new LinearSlot("b", 0, "key", null));
    for (int ranks = 2; ranks <= 8; ranks++) {
      Budget budget = new Budget.Keep(ranks * 36 / 360.0);
      int[] chosen =
          new PointChoice(new Allocation(Allocation.Policy.ABSOLUTE, 1), budget, new Evidence() {})
              .choose(slots, offers);
      double least = Double.POSITIVE_INFINITY;
      for (int a = 1; a <= 5; a++) {
        for (int b = 1; b <= 5; b++) {
          if (a + b <= ranks) {
            least = Math.min(least, error(values[0], a) + error(values[1], b));
          }
        }
      }
      assertEquals(least, error(values[0], chosen[0] + 1) + error(values[1], chosen[1] + 1), 1e-12);
    }
  }

  /** Five ranks are as many numbers as the matrix itself. */
  private static double error(double[] values, int rank) {
    return rank >= 5 ? 0 : Arrays.stream(values).skip(rank).map(value -> value * value).sum();
  }

  private static OperatingPoints codes(int rows, int cols) {
    long numbers = (long) rows * cols;
    return new OperatingPoints(
        rows,
        cols,
        10,
        List.of(
            new Point(numbers, 2 * numbers, 5, 0, ""),
            new Point(numbers, 4 * numbers, 2, 0, ""),
            new Point(numbers, 8 * numbers, 1, 0, "")));
  }

  /** Between measured points by their bits; above the dearest it is the matrix's own. */
  @Test
  void measuredCostsOfPointsWithoutRanks() {
    Candidate matrix = new Candidate("m", "t", codes(4, 64));
    TreeMap<Integer, Double> times = new TreeMap<>(Map.of(0, 1.0, 2, 4.0));
    MeasuredCost.Shape shape = new MeasuredCost.Shape(4, 64);
    Cost cost = new MeasuredCost(Map.of(shape, new MeasuredCost.Table(times, 9.0)));
    assertEquals(1, cost.of(matrix, 0));
    assertEquals(2, cost.of(matrix, 1), 1e-12);
    assertEquals(4, cost.of(matrix, 2));
    assertEquals(9, cost.of(matrix, 3));
    times.remove(2);
    Cost cheapestOnly = new MeasuredCost(Map.of(shape, new MeasuredCost.Table(times, 9.0)));
    assertEquals(9, cheapestOnly.of(matrix, 1));
  }
}
