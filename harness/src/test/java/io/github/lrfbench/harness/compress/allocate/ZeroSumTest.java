package io.github.lrfbench.harness.compress.allocate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.allocate.Allocation.Policy;
import io.github.lrfbench.harness.compress.allocate.Allocator.Terms;
import io.github.lrfbench.harness.compress.allocate.ZeroSum.Offer;
import io.github.lrfbench.harness.compress.lowrank.RankPoints;
import io.github.lrfbench.kernels.InputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ZeroSumTest {
  private static final Cost NUMBERS = Cost.of(Budget.Unit.NUMBERS);

  /** Without the matrix as a choice: every rank costs m + n. */
  private static final Cost FACTORS_ONLY =
      (matrix, point) ->
          Math.min(point + 1.0, size(matrix)) * (matrix.points().rows() + matrix.points().cols());

  private static int size(Candidate matrix) {
    return Math.min(matrix.points().rows(), matrix.points().cols());
  }

  private static Candidate matrix(String name, int rows, int cols) {
    double[] values = new double[Math.min(rows, cols)];
    Arrays.fill(values, 1);
    return new Candidate(name, name, RankPoints.of(rows, cols, values));
  }

  private static ZeroSum zeroSum(Map<String, double[]> changes) {
    return new ZeroSum(changes, false, 0);
  }

  private static double cost(List<Candidate> matrices, int[] points, Cost cost) {
    double sum = 0;
    for (int i = 0; i < points.length; i++) {
      sum += cost.of(matrices.get(i), points[i]);
    }
    return sum;
  }

  /** Of random shapes and changes, most of them small. */
  private static List<Candidate> random(
      SplittableRandom random, Map<String, double[]> changes, int largest) {
    List<Candidate> matrices = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      Candidate matrix = matrix("m" + i, 1 + random.nextInt(largest), 1 + random.nextInt(largest));
      double[] own = new double[size(matrix)];
      Arrays.setAll(own, j -> Math.pow(random.nextGaussian(), 3));
      changes.put(matrix.name(), own);
      matrices.add(matrix);
    }
    return matrices;
  }

  /** The worked example: sums 0.02, 0.01, -0.09, 0.06, -0.19, 0.11. */
  @Test
  void workedExample() {
    Map<String, double[]> changes =
        Map.of(
            "p", new double[] {-0.50, 0.30, -0.10, 0.02},
            "q", new double[] {0.40, -0.25, 0.15, -0.01});
    List<Candidate> matrices = List.of(matrix("p", 4, 4), matrix("q", 4, 4));
    StringBuilder names = new StringBuilder();
    for (Offer offer : zeroSum(changes).order(matrices)) {
      names.append("pq".charAt(offer.matrix())).append(offer.component() + 1).append(' ');
    }
    assertEquals("p4 q4 p3 q3 q2 p2 ", names.toString());
    names.setLength(0);
    for (Offer offer : new ZeroSum(changes, true, 0).order(matrices)) {
      names.append("pq".charAt(offer.matrix())).append(offer.component() + 1).append(' ');
    }
    assertEquals("q4 p4 p3 q3 q2 p2 ", names.toString());
  }

  /** Against the rule as it is published, written down plainly. */
  @Test
  void everyStepIsTheSmallestOfTheSideThatBringsTheSumBack() {
    SplittableRandom random = new SplittableRandom(3);
    for (int round = 0; round < 100; round++) {
      Map<String, double[]> changes = new HashMap<>();
      List<Candidate> matrices = random(random, changes, 12);
      int[] left = matrices.stream().mapToInt(ZeroSumTest::size).toArray();
      double sum = 0;
      for (Offer taken : zeroSum(changes).order(matrices)) {
        int best = -1;
        for (boolean anySide : new boolean[] {false, true}) {
          if (best >= 0) {
            break;
          }
          for (int i = 0; best < 0 && i < left.length; i++) {
            best = allowed(matrices, changes, left, i, sum <= 0, anySide) ? i : best;
          }
          for (int i = 0; i < left.length; i++) {
            if (best >= 0
                && allowed(matrices, changes, left, i, sum <= 0, anySide)
                && Math.abs(last(matrices, changes, left, i))
                    < Math.abs(last(matrices, changes, left, best))) {
              best = i;
            }
          }
        }
        assertEquals(best, taken.matrix());
        assertEquals(--left[best], taken.component());
        sum += taken.change();
      }
      assertTrue(Arrays.stream(left).allMatch(rank -> rank == 1));
    }
  }

  private static double last(
      List<Candidate> matrices, Map<String, double[]> changes, int[] left, int i) {
    return changes.get(matrices.get(i).name())[left[i] - 1];
  }

  private static boolean allowed(
      List<Candidate> matrices,
      Map<String, double[]> changes,
      int[] left,
      int i,
      boolean raising,
      boolean anySide) {
    return left[i] > 1 && (anySide || last(matrices, changes, left, i) >= 0 == raising);
  }

  /**
   * Dropping to r* = (m n - 1) / (m + n) saves m n - r* (m + n), each below m + n, each above
   * nothing; what ends above r* is dense. The first prefix that meets the budget is chosen, but for
   * what is left of it.
   */
  @Test
  void savingsAreThoseOfThePublishedAccounting() {
    SplittableRandom random = new SplittableRandom(5);
    for (int round = 0; round < 200; round++) {
      Map<String, double[]> changes = new HashMap<>();
      List<Candidate> matrices = random(random, changes, 30);
      long whole = matrices.stream().mapToLong(matrix -> matrix.points().denseNumbers()).sum();
      double budget = (0.2 + 0.8 * random.nextDouble()) * whole;
      long kept = whole;
      int[] left = matrices.stream().mapToInt(ZeroSumTest::size).toArray();
      for (Offer taken : zeroSum(changes).order(matrices)) {
        if (kept <= budget) {
          break;
        }
        Candidate of = matrices.get(taken.matrix());
        int m = of.points().rows();
        int n = of.points().cols();
        int breakEven = (m * n - 1) / (m + n);
        int rank = --left[taken.matrix()];
        kept -= rank > breakEven ? 0 : rank == breakEven ? m * n - rank * (m + n) : m + n;
      }
      if (kept > budget) {
        continue;
      }
      int[] chosen = zeroSum(changes).choose(matrices, Terms.numbers(budget));
      double least = Double.POSITIVE_INFINITY;
      for (int i = 0; i < chosen.length; i++) {
        Candidate of = matrices.get(i);
        int breakEven =
            (int) ((of.points().denseNumbers() - 1) / (of.points().rows() + of.points().cols()));
        int published = left[i] > breakEven ? of.whole() : left[i] - 1;
        assertTrue(chosen[i] >= published, "what is left of the budget only adds");
        if (chosen[i] < of.whole()) {
          int next = chosen[i] + 1 >= of.points().saving() ? of.whole() : chosen[i] + 1;
          least = Math.min(least, NUMBERS.of(of, next) - NUMBERS.of(of, chosen[i]));
        }
      }
      double spent = cost(matrices, chosen, NUMBERS);
      assertTrue(kept <= spent && spent <= budget * (1 + 1e-9));
      assertTrue(budget - spent < least, "no further step is affordable");
    }
  }

  @Test
  void nothingIsTakenAwayWhereTheBudgetKeepsAll() {
    Map<String, double[]> changes = new HashMap<>();
    List<Candidate> matrices = random(new SplittableRandom(1), changes, 9);
    double whole = cost(matrices, wholes(matrices), NUMBERS);
    assertArrayEquals(wholes(matrices), zeroSum(changes).choose(matrices, Terms.numbers(whole)));
  }

  private static int[] wholes(List<Candidate> matrices) {
    return matrices.stream().mapToInt(Candidate::whole).toArray();
  }

  /** Where all changes are positive and those by which greedy buys, the same is chosen. */
  @Test
  void isGreedyWhereChangesAreItsDensities() {
    SplittableRandom random = new SplittableRandom(9);
    for (int round = 0; round < 50; round++) {
      List<Candidate> matrices = new ArrayList<>();
      Map<String, double[]> changes = new HashMap<>();
      int rows = 3 + random.nextInt(20);
      int cols = 3 + random.nextInt(20);
      int total = 0;
      for (int i = 0; i < 5; i++) {
        double scale = random.nextDouble();
        double[] values =
            random.doubles(Math.min(rows, cols)).map(v -> -scale * v).sorted().toArray();
        Arrays.setAll(values, j -> -values[j]);
        Candidate matrix = new Candidate("m" + i, "t", RankPoints.of(rows, cols, values));
        changes.put("m" + i, Arrays.stream(values).map(v -> v * v / (rows + cols)).toArray());
        matrices.add(matrix);
        total += values.length;
      }
      int ranks = 5 + random.nextInt(total - 5);
      Terms terms = new Terms(ranks * (rows + cols), FACTORS_ONLY, 1);
      int[] greedy = new Greedy(Importance.EQUAL).choose(matrices, terms);
      assertArrayEquals(greedy, zeroSum(changes).choose(matrices, terms));
    }
  }

  @Test
  void ranksAreMultiplesAndSpendTheBudgetInItsUnit() {
    SplittableRandom random = new SplittableRandom(11);
    Map<String, double[]> changes = new HashMap<>();
    List<Candidate> matrices = random(random, changes, 200);
    for (Budget.Unit unit : Budget.Unit.values()) {
      Cost cost = Cost.of(unit);
      double budget = 0.45 * cost(matrices, wholes(matrices), cost);
      Terms terms = new Terms(budget, cost, 8);
      int[] chosen = zeroSum(changes).choose(matrices, terms);
      double left = budget - cost(matrices, chosen, cost);
      double step = Double.POSITIVE_INFINITY;
      for (int i = 0; i < chosen.length; i++) {
        Candidate of = matrices.get(i);
        assertTrue(chosen[i] == of.whole() || of.points().get(chosen[i]).rank() % 8 == 0);
        Choices choices = Choices.of(of, 1, terms);
        int at = choices.atMost(chosen[i]);
        if (at + 1 < choices.count()) {
          step = Math.min(step, choices.cost(at + 1) - choices.cost(at));
        }
      }
      assertTrue(left >= 0 && left < step, unit + " leaves " + left + " of " + step);
    }
  }

  @Test
  void noMatrixGoesBelowTheFloor() {
    double[] harmless = new double[40];
    double[] harmful = new double[40];
    Arrays.fill(harmful, 1);
    List<Candidate> matrices = List.of(matrix("a", 40, 40), matrix("b", 40, 40));
    Map<String, double[]> changes = Map.of("a", harmless, "b", harmful);
    Terms half = Terms.numbers(1600);
    assertArrayEquals(new int[] {0, 18}, zeroSum(changes).choose(matrices, half));
    // Break-even is 20, of which rank 19 is the last below.
    assertArrayEquals(new int[] {8, 10}, new ZeroSum(changes, false, 0.5).choose(matrices, half));
    InputException tooHigh =
        assertThrows(
            InputException.class,
            () -> new ZeroSum(changes, false, 0.9).choose(matrices, Terms.numbers(800)));
    assertTrue(tooHigh.getMessage().contains("floor=0.9"), tooHigh.getMessage());
    // Without one, the cheapest there are.
    assertArrayEquals(new int[] {0, 0}, zeroSum(changes).choose(matrices, Terms.numbers(10)));
  }

  /** Nothing tells matrices apart: none is emptied for another. */
  @Test
  void changesOfZeroAreSharedOut() {
    List<Candidate> matrices = List.of(matrix("a", 40, 40), matrix("b", 40, 40));
    Map<String, double[]> changes = Map.of("a", new double[40], "b", new double[40]);
    assertArrayEquals(new int[] {9, 9}, zeroSum(changes).choose(matrices, Terms.numbers(1600)));
  }

  @Test
  void optionsAreReadAndTold() {
    Allocation plain = Allocation.parse("zero-sum", 1);
    assertEquals(new Allocation(Policy.ZERO_SUM, 1), plain);
    assertEquals("zero-sum", plain.token());
    assertEquals(plain, Allocation.parse("zero-sum:score=zero-sum:floor=0", 1));
    Allocation other = Allocation.parse("zero-sum:floor=0.30:score=absolute", 8);
    assertEquals("zero-sum:score=absolute:floor=0.3 round 8", other.text());
    assertEquals(other, Allocation.parse(other.name(), 8));
    for (String mistake :
        List.of(
            "zero-sum:floor=2",
            "zero-sum:floor",
            "zero-sum:floor=NaN",
            "zero-sum:score=greedy",
            "zero-sum:ceiling=1",
            "greedy:floor=0.1",
            "zerosum")) {
      assertThrows(InputException.class, () -> Allocation.parse(mistake, 1), mistake);
    }
  }
}
