package io.github.lrfbench.harness.compress.allocate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.allocate.Allocator.Terms;
import io.github.lrfbench.harness.compress.allocate.TruncationRankSearch.Probe;
import io.github.lrfbench.harness.compress.lowrank.RankPoints;
import io.github.lrfbench.kernels.InputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AllocatorTest {
  private static final Candidate A = matrix("a", 4, 4, 10, 4, 1, 0.5);
  private static final Candidate B = matrix("b", 12, 4, 8, 6, 3, 1);

  /** Without the matrix as a choice: every rank costs m + n. */
  private static final Cost FACTORS_ONLY =
      (matrix, point) ->
          Math.min(point + 1.0, fullRank(matrix))
              * (matrix.points().rows() + matrix.points().cols());

  private static final Cost NUMBERS = Cost.of(Budget.Unit.NUMBERS);

  private static final List<Allocator> ALL =
      List.of(
          new Greedy(Importance.EQUAL),
          new Greedy(Importance.RELATIVE),
          new Lagrange(Importance.EQUAL),
          new Lagrange(Importance.RELATIVE),
          new EqualEnergy(),
          new TypeRatios());

  private static Candidate matrix(String name, int rows, int cols, double... values) {
    return matrix(name, name, rows, cols, values);
  }

  /** A matrix that is cut to low rank, by its singular values. */
  private static Candidate matrix(String name, String type, int rows, int cols, double[] values) {
    return new Candidate(name, type, RankPoints.of(rows, cols, values));
  }

  private static double whole(Candidate matrix) {
    return matrix.points().denseNumbers();
  }

  /** The ranks that are chosen; the full rank stands for the matrix as it is. */
  private static int[] ranks(Allocator allocator, List<Candidate> matrices, Terms terms) {
    int[] ranks = allocator.choose(matrices, terms);
    for (int i = 0; i < ranks.length; i++) {
      Candidate matrix = matrices.get(i);
      boolean whole = ranks[i] == matrix.whole();
      ranks[i] = whole ? fullRank(matrix) : matrix.points().get(ranks[i]).rank();
      assertEquals(whole, isDense(matrix, ranks[i]), "factors of full rank are no choice");
    }
    return ranks;
  }

  private static int fullRank(Candidate matrix) {
    return Math.min(matrix.points().rows(), matrix.points().cols());
  }

  /** The point of a rank as {@link #ranks} tells it. */
  private static int point(Candidate matrix, int rank) {
    return isDense(matrix, rank) ? matrix.whole() : rank - 1;
  }

  private static double error(List<Candidate> matrices, int[] ranks) {
    double sum = 0;
    for (int i = 0; i < ranks.length; i++) {
      sum += matrices.get(i).error(point(matrices.get(i), ranks[i]));
    }
    return sum;
  }

  private static boolean isDense(Candidate matrix, int rank) {
    return rank == fullRank(matrix);
  }

  private static double cost(List<Candidate> matrices, int[] ranks, Cost cost) {
    double sum = 0;
    for (int i = 0; i < ranks.length; i++) {
      sum += cost.of(matrices.get(i), point(matrices.get(i), ranks[i]));
    }
    return sum;
  }

  /** The specification's toy, before any matrix may become dense. */
  @ParameterizedTest
  @CsvSource({"40, 1, 2, 27.25", "47, 1, 2, 27.25", "48, 2, 2, 11.25"})
  void singularValuesAreBoughtInTheOrderOfTheirDensity(
      double budget, int a, int b, double expected) {
    List<Candidate> both = List.of(A, B);
    for (Allocator allocator :
        List.of(new Greedy(Importance.EQUAL), new Lagrange(Importance.EQUAL))) {
      int[] ranks = ranks(allocator, both, new Terms(budget, FACTORS_ONLY, 1));
      assertArrayEquals(new int[] {a, b}, ranks, allocator.toString());
      assertEquals(expected, error(both, ranks), 1e-12);
    }
  }

  /** Rank 2 of a 4 x 4 matrix costs as much as the matrix. */
  @Test
  void aMatrixBecomesDenseWhereThatIsTheBetterBargain() {
    for (Allocator allocator :
        List.of(new Greedy(Importance.EQUAL), new Lagrange(Importance.EQUAL))) {
      int[] ranks = ranks(allocator, List.of(A, B), Terms.numbers(48));
      assertArrayEquals(new int[] {4, 2}, ranks);
      assertEquals(10, error(List.of(A, B), ranks), 1e-12);
      assertArrayEquals(new int[] {1, 2}, ranks(allocator, List.of(A, B), Terms.numbers(40)));
    }
  }

  @Test
  void noPolicySpendsMoreThanTheBudgetUnlessTheSmallestRanksDo() {
    SplittableRandom random = new SplittableRandom(1);
    for (int round = 0; round < 300; round++) {
      List<Candidate> matrices = random(random, 5, 24);
      int multiple = round % 3 == 0 ? 4 : 1;
      Terms cheapest = new Terms(0, NUMBERS, multiple);
      double least =
          cost(matrices, ranks(new Greedy(Importance.EQUAL), matrices, cheapest), cheapest.cost());
      double whole = matrices.stream().mapToDouble(AllocatorTest::whole).sum();
      double budget = random.nextDouble() * whole;
      Terms terms = new Terms(budget, NUMBERS, multiple);
      for (Allocator allocator : ALL) {
        int[] ranks = ranks(allocator, matrices, terms);
        assertTrue(
            cost(matrices, ranks, terms.cost()) <= Math.max(budget, least) * (1 + 1e-9),
            allocator + " of " + budget);
        for (int i = 0; i < ranks.length; i++) {
          Candidate matrix = matrices.get(i);
          assertTrue(ranks[i] >= 1 && ranks[i] <= fullRank(matrix));
          assertTrue(isDense(matrix, ranks[i]) || ranks[i] % multiple == 0, allocator.toString());
        }
      }
    }
  }

  @Test
  void moreBudgetNeverMeansMoreError() {
    SplittableRandom random = new SplittableRandom(2);
    for (int round = 0; round < 100; round++) {
      List<Candidate> matrices = random(random, 4, 12);
      double whole = matrices.stream().mapToDouble(AllocatorTest::whole).sum();
      for (Allocator allocator :
          List.of(new Greedy(Importance.EQUAL), new Lagrange(Importance.EQUAL))) {
        double last = Double.POSITIVE_INFINITY;
        for (int step = 0; step <= 150; step++) {
          double budget = whole * step / 150;
          int[] ranks = ranks(allocator, matrices, Terms.numbers(budget));
          double error = error(matrices, ranks);
          assertTrue(error <= last + 1e-9, allocator + " round " + round + " at " + budget);
          last = error;
        }
        assertEquals(0, last, 1e-9, "the whole budget keeps everything");
      }
    }
  }

  /** Against all combinations of ranks of three small matrices. */
  @Test
  void greedyIsOptimalWhereItSpendsTheBudgetAndNearItElsewhere() {
    SplittableRandom random = new SplittableRandom(3);
    int spent = 0;
    for (int round = 0; round < 200; round++) {
      List<Candidate> matrices = random(random, 3, 6);
      double[] weights = Importance.EQUAL.weights(matrices);
      double whole = matrices.stream().mapToDouble(AllocatorTest::whole).sum();
      double budget = Math.rint(random.nextDouble() * whole);
      Terms terms = Terms.numbers(budget);
      if (!new Selection(matrices, weights, terms).isWithinBudget()) {
        continue;
      }
      Best best = exhaustive(matrices, budget);
      int[] greedy = ranks(new Greedy(Importance.EQUAL), matrices, terms);
      double largestStep =
          matrices.stream()
              .mapToDouble(matrix -> matrix.error(point(matrix, 1)))
              .max()
              .orElseThrow();
      assertTrue(error(matrices, greedy) >= best.error() - 1e-9);
      assertTrue(error(matrices, greedy) <= best.error() + largestStep + 1e-9);
      // At the price of a corner of the hulls nothing that costs as much can be better.
      double exact = cost(matrices, greedy, NUMBERS);
      Selection corner = new Selection(matrices, weights, Terms.numbers(exact));
      corner.spendAlongHulls();
      if (Arrays.equals(corner.points(), points(matrices, greedy))) {
        assertEquals(exhaustive(matrices, exact).error(), error(matrices, greedy), 1e-9);
        spent++;
      }
    }
    assertTrue(spent > 20, "too few rounds end at a corner: " + spent);
  }

  private static int[] points(List<Candidate> matrices, int[] ranks) {
    int[] points = new int[ranks.length];
    Arrays.setAll(points, i -> point(matrices.get(i), ranks[i]));
    return points;
  }

  private record Best(double error) {}

  private static Best exhaustive(List<Candidate> matrices, double budget) {
    double best = Double.POSITIVE_INFINITY;
    int[] ranks = new int[3];
    for (ranks[0] = 1; ranks[0] <= fullRank(matrices.get(0)); ranks[0]++) {
      for (ranks[1] = 1; ranks[1] <= fullRank(matrices.get(1)); ranks[1]++) {
        for (ranks[2] = 1; ranks[2] <= fullRank(matrices.get(2)); ranks[2]++) {
          if (cost(matrices, ranks, NUMBERS) <= budget) {
            best = Math.min(best, error(matrices, ranks));
          }
        }
      }
    }
    return new Best(best);
  }

  private static List<Candidate> random(SplittableRandom random, int count, int largest) {
    List<Candidate> matrices = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int rows = 1 + random.nextInt(largest);
      int cols = 1 + random.nextInt(largest);
      double scale = Math.exp(4 * random.nextDouble());
      double[] values =
          random
              .doubles(Math.min(rows, cols))
              .map(value -> scale * value * value)
              .sorted()
              .toArray();
      double[] descending = new double[values.length];
      Arrays.setAll(descending, j -> values[values.length - 1 - j]);
      // Only matrices of one type share a shape.
      matrices.add(matrix("m" + i, rows + "x" + cols, rows, cols, descending));
    }
    return matrices;
  }

  @Test
  void equalMatricesGetEqualRanks() {
    double[] values = {9, 7, 5, 4, 3, 2, 1, 0.5};
    List<Candidate> equal =
        List.of(
            matrix("a", "t", 16, 8, values),
            matrix("b", "t", 16, 8, values),
            matrix("c", "t", 16, 8, values));
    for (Allocator allocator : ALL) {
      int[] ranks = ranks(allocator, equal, Terms.numbers(0.5 * 3 * 128));
      int smallest = Arrays.stream(ranks).min().orElseThrow();
      assertTrue(Arrays.stream(ranks).max().orElseThrow() <= smallest + 1, allocator.toString());
      assertTrue(smallest >= 2);
    }
  }

  @Test
  void everythingIsKeptIfTheBudgetAllows() {
    for (Allocator allocator : ALL) {
      assertArrayEquals(new int[] {4, 4}, ranks(allocator, List.of(A, B), Terms.numbers(16 + 48)));
    }
  }

  /** FX-1: whitening moves the same share of energy into fewer values. */
  @Test
  void equalEnergyKeepsMoreOfFlatSpectra() {
    Candidate plain = matrix("w", 4, 3, 4.645775, 3.885123, 2.307074);
    Candidate whitened = matrix("wl", 4, 3, 28.886497, 12.656542, 8.085928);
    int[] ranks =
        ranks(new EqualEnergy(), List.of(plain, whitened), new Terms(27, FACTORS_ONLY, 1));
    assertArrayEquals(new int[] {2, 1}, ranks);
  }

  @Test
  void zerosAreNotBought() {
    Candidate zero = matrix("z", 8, 8, new double[8]);
    Candidate other = matrix("o", 8, 8, 5, 4, 3, 2, 1, 1, 1, 1);
    for (Allocator allocator :
        List.of(new Greedy(Importance.RELATIVE), new Lagrange(Importance.RELATIVE))) {
      assertArrayEquals(
          new int[] {1, 8}, ranks(allocator, List.of(zero, other), Terms.numbers(100)));
    }
  }

  /** L = (100, 1000, 10000), 20 % removed. */
  @Test
  void typeRatiosFollowTheFormula() {
    double[] removed =
        TypeRatios.removed(new double[] {100, 1000, 10000}, new double[] {1, 1, 1}, 0.2);
    assertArrayEquals(new double[] {0.2769, 0.1846, 0.1385}, removed, 5e-5);
  }

  @Test
  void typeRatiosRespectTheirLimitAndKeepTheMean() {
    double[] removed = TypeRatios.removed(new double[] {3, 1e9, 1e9}, new double[] {1, 1, 1}, 0.6);
    assertEquals(0.95, removed[0], 1e-12);
    assertEquals(0.6, Arrays.stream(removed).average().orElseThrow(), 1e-12);
  }

  /** The literature's trap: with losses below e the rule would compress the most damaged most. */
  @Test
  void typeRatiosDoNotTurnRoundForSmallLosses() {
    Candidate worse = matrix("w", "t", 8, 8, spectrum(0.4));
    Candidate better = matrix("b", "t", 8, 8, spectrum(0.2));
    int[] ranks = ranks(new TypeRatios(), List.of(worse, better), Terms.numbers(0.5 * 128));
    assertTrue(ranks[0] >= ranks[1], Arrays.toString(ranks));
  }

  private static double[] spectrum(double ratio) {
    double[] values = new double[8];
    Arrays.setAll(values, i -> 0.1 * Math.pow(ratio, i));
    return values;
  }

  /** Three matrices, a table by hand: the boundary lies within one matrix's cuts. */
  @Test
  void theSensitivitySearchMakesTheLeastHarmfulCuts() {
    List<Candidate> three =
        List.of(
            matrix("a", "t", 20, 20, new double[20]),
            matrix("b", "t", 20, 20, new double[20]),
            matrix("c", "t", 20, 20, new double[20]));
    List<Probe> probes =
        List.of(
            new Probe("a", 0.5, 9.0),
            new Probe("a", 0.8, 2.0),
            new Probe("b", 0.5, 1.5),
            new Probe("b", 0.8, 1.0),
            new Probe("c", 0.5, 4.0),
            new Probe("c", 0.8, 3.0));
    TruncationRankSearch search = new TruncationRankSearch(probes);
    assertEquals(9.0, search.probes().get(0).loss());
    // b to 0.8 and to 0.5 in spite of that, then a to 0.8: 200 + 320 + 400 of 1200.
    assertArrayEquals(new int[] {8, 5, 20}, ranks(search, three, Terms.numbers(920)));
    assertArrayEquals(new int[] {8, 5, 8}, ranks(search, three, Terms.numbers(919)));
    assertArrayEquals(new int[] {5, 5, 5}, ranks(search, three, Terms.numbers(600)));
    assertThrows(InputException.class, () -> ranks(search, three, Terms.numbers(599)));
    assertThrows(InputException.class, () -> new Probe("a", 0.5, Double.NaN));
  }

  @Test
  void importancesDecideBetweenEqualSpectra() {
    Candidate one = matrix("one", 8, 8, 4, 3, 2, 1, 1, 1, 1, 1);
    Candidate two = matrix("two", 8, 8, 4, 3, 2, 1, 1, 1, 1, 1);
    Allocator sensitive = new Greedy(Importance.of(Map.of("one", 1.0, "two", 100.0)));
    int[] ranks = ranks(sensitive, List.of(one, two), Terms.numbers(80));
    assertArrayEquals(new int[] {1, 8}, ranks);
  }

  /** Rank 8 is slower than the matrix: it is no choice; ranks between are interpolated. */
  @Test
  void measuredCostsRuleOutWhatIsSlowerThanTheMatrix() {
    Candidate matrix = matrix("m", 16, 16, spectrum16());
    // Of ranks 2, 4 and 8.
    TreeMap<Integer, Double> times = new TreeMap<>(Map.of(1, 1.0, 3, 2.0, 7, 5.0));
    Cost cost =
        new MeasuredCost(
            Map.of(new MeasuredCost.Shape(16, 16), new MeasuredCost.Table(times, 3.0)));
    assertEquals(1.5, cost.of(matrix, point(matrix, 3)), 1e-12);
    assertEquals(1.0, cost.of(matrix, point(matrix, 1)), 1e-12);
    assertEquals(3.0, cost.of(matrix, point(matrix, 12)), 1e-12);
    Greedy greedy = new Greedy(Importance.EQUAL);
    assertArrayEquals(new int[] {5}, ranks(greedy, List.of(matrix), new Terms(2.9, cost, 1)));
    assertArrayEquals(new int[] {16}, ranks(greedy, List.of(matrix), new Terms(3.0, cost, 1)));
    assertArrayEquals(new int[] {2}, ranks(greedy, List.of(matrix), new Terms(1.9, cost, 2)));
  }

  private static double[] spectrum16() {
    double[] values = new double[16];
    Arrays.setAll(values, i -> 16.0 - i);
    return values;
  }
}
