package io.github.lrfbench.harness.compress.allocate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.compress.allocate.Allocator.Terms;
import io.github.lrfbench.harness.compress.allocate.TruncationRankSearch.Probe;
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
  private static final MatrixSpectrum A = matrix("a", 4, 4, 10, 4, 1, 0.5);
  private static final MatrixSpectrum B = matrix("b", 12, 4, 8, 6, 3, 1);

  /** Without the matrix as a choice: every rank costs m + n. */
  private static final RankCost FACTORS_ONLY =
      (matrix, rank) -> (double) rank * (matrix.rows() + matrix.cols());

  private static final List<Allocator> ALL =
      List.of(
          new Greedy(Importance.EQUAL),
          new Greedy(Importance.RELATIVE),
          new Lagrange(Importance.EQUAL),
          new Lagrange(Importance.RELATIVE),
          new EqualEnergy(),
          new TypeRatios());

  private static MatrixSpectrum matrix(String name, int rows, int cols, double... values) {
    return new MatrixSpectrum(name, name, rows, cols, values);
  }

  private static double error(List<MatrixSpectrum> matrices, int[] ranks) {
    double sum = 0;
    for (int i = 0; i < ranks.length; i++) {
      sum += isDense(matrices.get(i), ranks[i]) ? 0 : matrices.get(i).squaredTail(ranks[i]);
    }
    return sum;
  }

  private static boolean isDense(MatrixSpectrum matrix, int rank) {
    return rank == matrix.fullRank();
  }

  private static double cost(List<MatrixSpectrum> matrices, int[] ranks, RankCost cost) {
    double sum = 0;
    for (int i = 0; i < ranks.length; i++) {
      sum += cost.of(matrices.get(i), ranks[i]);
    }
    return sum;
  }

  /** The specification's toy, before any matrix may become dense. */
  @ParameterizedTest
  @CsvSource({"40, 1, 2, 27.25", "47, 1, 2, 27.25", "48, 2, 2, 11.25"})
  void singularValuesAreBoughtInTheOrderOfTheirDensity(
      double budget, int a, int b, double expected) {
    List<MatrixSpectrum> both = List.of(A, B);
    for (Allocator allocator :
        List.of(new Greedy(Importance.EQUAL), new Lagrange(Importance.EQUAL))) {
      int[] ranks = allocator.ranks(both, new Terms(budget, FACTORS_ONLY, 1));
      assertArrayEquals(new int[] {a, b}, ranks, allocator.toString());
      assertEquals(expected, error(both, ranks), 1e-12);
    }
  }

  /** Rank 2 of a 4 x 4 matrix costs as much as the matrix. */
  @Test
  void aMatrixBecomesDenseWhereThatIsTheBetterBargain() {
    for (Allocator allocator :
        List.of(new Greedy(Importance.EQUAL), new Lagrange(Importance.EQUAL))) {
      int[] ranks = allocator.ranks(List.of(A, B), Terms.parameters(48));
      assertArrayEquals(new int[] {4, 2}, ranks);
      assertEquals(10, error(List.of(A, B), ranks), 1e-12);
      assertArrayEquals(new int[] {1, 2}, allocator.ranks(List.of(A, B), Terms.parameters(40)));
    }
  }

  @Test
  void noPolicySpendsMoreThanTheBudgetUnlessTheSmallestRanksDo() {
    SplittableRandom random = new SplittableRandom(1);
    for (int round = 0; round < 300; round++) {
      List<MatrixSpectrum> matrices = random(random, 5, 24);
      int multiple = round % 3 == 0 ? 4 : 1;
      Terms cheapest = new Terms(0, RankCost.PARAMETERS, multiple);
      double least =
          cost(matrices, new Greedy(Importance.EQUAL).ranks(matrices, cheapest), cheapest.cost());
      double whole = matrices.stream().mapToDouble(MatrixSpectrum::parameters).sum();
      double budget = random.nextDouble() * whole;
      Terms terms = new Terms(budget, RankCost.PARAMETERS, multiple);
      for (Allocator allocator : ALL) {
        int[] ranks = allocator.ranks(matrices, terms);
        assertTrue(
            cost(matrices, ranks, terms.cost()) <= Math.max(budget, least) * (1 + 1e-9),
            allocator + " of " + budget);
        for (int i = 0; i < ranks.length; i++) {
          MatrixSpectrum matrix = matrices.get(i);
          assertTrue(ranks[i] >= 1 && ranks[i] <= matrix.fullRank());
          assertTrue(isDense(matrix, ranks[i]) || ranks[i] % multiple == 0, allocator.toString());
        }
      }
    }
  }

  @Test
  void moreBudgetNeverMeansMoreError() {
    SplittableRandom random = new SplittableRandom(2);
    for (int round = 0; round < 100; round++) {
      List<MatrixSpectrum> matrices = random(random, 4, 12);
      double whole = matrices.stream().mapToDouble(MatrixSpectrum::parameters).sum();
      for (Allocator allocator :
          List.of(new Greedy(Importance.EQUAL), new Lagrange(Importance.EQUAL))) {
        double last = Double.POSITIVE_INFINITY;
        for (int step = 0; step <= 150; step++) {
          double budget = whole * step / 150;
          int[] ranks = allocator.ranks(matrices, Terms.parameters(budget));
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
      List<MatrixSpectrum> matrices = random(random, 3, 6);
      double[] weights = Importance.EQUAL.weights(matrices);
      double whole = matrices.stream().mapToDouble(MatrixSpectrum::parameters).sum();
      double budget = Math.rint(random.nextDouble() * whole);
      Terms terms = Terms.parameters(budget);
      if (!new Selection(matrices, weights, terms).isWithinBudget()) {
        continue;
      }
      Best best = exhaustive(matrices, budget);
      int[] greedy = new Greedy(Importance.EQUAL).ranks(matrices, terms);
      double largestStep =
          matrices.stream().mapToDouble(matrix -> matrix.squaredTail(1)).max().orElseThrow();
      assertTrue(error(matrices, greedy) >= best.error() - 1e-9);
      assertTrue(error(matrices, greedy) <= best.error() + largestStep + 1e-9);
      // At the price of a corner of the hulls nothing that costs as much can be better.
      double exact = cost(matrices, greedy, RankCost.PARAMETERS);
      Selection corner = new Selection(matrices, weights, Terms.parameters(exact));
      corner.spendAlongHulls();
      if (Arrays.equals(corner.ranks(), greedy)) {
        assertEquals(exhaustive(matrices, exact).error(), error(matrices, greedy), 1e-9);
        spent++;
      }
    }
    assertTrue(spent > 20, "too few rounds end at a corner: " + spent);
  }

  private record Best(double error) {}

  private static Best exhaustive(List<MatrixSpectrum> matrices, double budget) {
    double best = Double.POSITIVE_INFINITY;
    int[] ranks = new int[3];
    for (ranks[0] = 1; ranks[0] <= matrices.get(0).fullRank(); ranks[0]++) {
      for (ranks[1] = 1; ranks[1] <= matrices.get(1).fullRank(); ranks[1]++) {
        for (ranks[2] = 1; ranks[2] <= matrices.get(2).fullRank(); ranks[2]++) {
          if (cost(matrices, ranks, RankCost.PARAMETERS) <= budget) {
            best = Math.min(best, error(matrices, ranks));
          }
        }
      }
    }
    return new Best(best);
  }

  private static List<MatrixSpectrum> random(SplittableRandom random, int count, int largest) {
    List<MatrixSpectrum> matrices = new ArrayList<>();
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
      matrices.add(new MatrixSpectrum("m" + i, rows + "x" + cols, rows, cols, descending));
    }
    return matrices;
  }

  @Test
  void equalMatricesGetEqualRanks() {
    double[] values = {9, 7, 5, 4, 3, 2, 1, 0.5};
    List<MatrixSpectrum> equal =
        List.of(
            new MatrixSpectrum("a", "t", 16, 8, values),
            new MatrixSpectrum("b", "t", 16, 8, values),
            new MatrixSpectrum("c", "t", 16, 8, values));
    for (Allocator allocator : ALL) {
      int[] ranks = allocator.ranks(equal, Terms.parameters(0.5 * 3 * 128));
      int smallest = Arrays.stream(ranks).min().orElseThrow();
      assertTrue(Arrays.stream(ranks).max().orElseThrow() <= smallest + 1, allocator.toString());
      assertTrue(smallest >= 2);
    }
  }

  @Test
  void everythingIsKeptIfTheBudgetAllows() {
    for (Allocator allocator : ALL) {
      assertArrayEquals(
          new int[] {4, 4}, allocator.ranks(List.of(A, B), Terms.parameters(16 + 48)));
    }
  }

  /** FX-1: whitening moves the same share of energy into fewer values. */
  @Test
  void equalEnergyKeepsMoreOfFlatSpectra() {
    MatrixSpectrum plain = matrix("w", 4, 3, 4.645775, 3.885123, 2.307074);
    MatrixSpectrum whitened = matrix("wl", 4, 3, 28.886497, 12.656542, 8.085928);
    int[] ranks = new EqualEnergy().ranks(List.of(plain, whitened), new Terms(27, FACTORS_ONLY, 1));
    assertArrayEquals(new int[] {2, 1}, ranks);
  }

  @Test
  void zerosAreNotBought() {
    MatrixSpectrum zero = matrix("z", 8, 8, new double[8]);
    MatrixSpectrum other = matrix("o", 8, 8, 5, 4, 3, 2, 1, 1, 1, 1);
    for (Allocator allocator :
        List.of(new Greedy(Importance.RELATIVE), new Lagrange(Importance.RELATIVE))) {
      assertArrayEquals(
          new int[] {1, 8}, allocator.ranks(List.of(zero, other), Terms.parameters(100)));
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
    MatrixSpectrum worse = new MatrixSpectrum("w", "t", 8, 8, spectrum(0.4));
    MatrixSpectrum better = new MatrixSpectrum("b", "t", 8, 8, spectrum(0.2));
    int[] ranks = new TypeRatios().ranks(List.of(worse, better), Terms.parameters(0.5 * 128));
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
    List<MatrixSpectrum> three =
        List.of(
            new MatrixSpectrum("a", "t", 20, 20, new double[20]),
            new MatrixSpectrum("b", "t", 20, 20, new double[20]),
            new MatrixSpectrum("c", "t", 20, 20, new double[20]));
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
    assertArrayEquals(new int[] {8, 5, 20}, search.ranks(three, Terms.parameters(920)));
    assertArrayEquals(new int[] {8, 5, 8}, search.ranks(three, Terms.parameters(919)));
    assertArrayEquals(new int[] {5, 5, 5}, search.ranks(three, Terms.parameters(600)));
    assertThrows(InputException.class, () -> search.ranks(three, Terms.parameters(599)));
    assertThrows(InputException.class, () -> new Probe("a", 0.5, Double.NaN));
  }

  @Test
  void importancesDecideBetweenEqualSpectra() {
    MatrixSpectrum one = matrix("one", 8, 8, 4, 3, 2, 1, 1, 1, 1, 1);
    MatrixSpectrum two = matrix("two", 8, 8, 4, 3, 2, 1, 1, 1, 1, 1);
    Allocator sensitive = new Greedy(Importance.of(Map.of("one", 1.0, "two", 100.0)));
    int[] ranks = sensitive.ranks(List.of(one, two), Terms.parameters(80));
    assertArrayEquals(new int[] {1, 8}, ranks);
  }

  /** Rank 8 is slower than the matrix: it is no choice; ranks between are interpolated. */
  @Test
  void measuredCostsRuleOutWhatIsSlowerThanTheMatrix() {
    MatrixSpectrum matrix = matrix("m", 16, 16, spectrum16());
    TreeMap<Integer, Double> times = new TreeMap<>(Map.of(2, 1.0, 4, 2.0, 8, 5.0));
    RankCost cost =
        new MeasuredCost(
            Map.of(new MeasuredCost.Shape(16, 16), new MeasuredCost.Table(times, 3.0)));
    assertEquals(1.5, cost.of(matrix, 3), 1e-12);
    assertEquals(1.0, cost.of(matrix, 1), 1e-12);
    assertEquals(3.0, cost.of(matrix, 12), 1e-12);
    Greedy greedy = new Greedy(Importance.EQUAL);
    assertArrayEquals(new int[] {5}, greedy.ranks(List.of(matrix), new Terms(2.9, cost, 1)));
    assertArrayEquals(new int[] {16}, greedy.ranks(List.of(matrix), new Terms(3.0, cost, 1)));
    assertArrayEquals(new int[] {2}, greedy.ranks(List.of(matrix), new Terms(1.9, cost, 2)));
  }

  private static double[] spectrum16() {
    double[] values = new double[16];
    Arrays.setAll(values, i -> 16.0 - i);
    return values;
  }
}
