package io.github.lrfbench.harness.compress.allocate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.budget.Point;
import io.github.lrfbench.harness.compress.allocate.Allocator.Terms;
import io.github.lrfbench.harness.compress.allocate.TruncationRankSearch.Probe;
import io.github.lrfbench.harness.compress.lowrank.RankPoints;
import io.github.lrfbench.kernels.InputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Allocations among matrices of codes of 2, 4 and 8 bits, which have no ranks. */
class FewPointsTest {
  private static final Cost BITS = Cost.of(Budget.Unit.BITS);
  private static final int WHOLE = 3;

  private static final List<Allocator> BY_ERROR =
      List.of(
          new Greedy(Importance.EQUAL),
          new Greedy(Importance.RELATIVE),
          new Lagrange(Importance.EQUAL),
          new Lagrange(Importance.RELATIVE),
          new EqualEnergy(),
          new TypeRatios());

  /** With a scale of 32 bits for every row. */
  private static Candidate codes(
      String name, String type, int rows, int cols, double energy, double... errors) {
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < errors.length; i++) {
      int width = 2 << i;
      long numbers = (long) rows * cols;
      points.add(
          new Point(numbers + rows, width * numbers + 32L * rows, errors[i], 0, width + " bits"));
    }
    return new Candidate(name, type, new OperatingPoints(rows, cols, energy, points));
  }

  /** Errors fall by anything, so that some points are above the convex hull. */
  private static List<Candidate> random(SplittableRandom random, int count) {
    List<Candidate> matrices = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int rows = 1 + random.nextInt(12);
      int cols = 8 + random.nextInt(24);
      double energy = Math.exp(4 * random.nextDouble());
      double[] errors = new double[3];
      double last = energy;
      for (int j = 0; j < 3; j++) {
        last *= random.nextDouble();
        errors[j] = last;
      }
      matrices.add(codes("m" + i, "t" + i % 2, rows, cols, energy, errors));
    }
    return matrices;
  }

  private static double cost(List<Candidate> matrices, int[] points) {
    double sum = 0;
    for (int i = 0; i < points.length; i++) {
      sum += BITS.of(matrices.get(i), points[i]);
    }
    return sum;
  }

  private static double error(List<Candidate> matrices, double[] weights, int[] points) {
    double sum = 0;
    for (int i = 0; i < points.length; i++) {
      sum += weights[i] * matrices.get(i).error(points[i]);
    }
    return sum;
  }

  private static int[] all(int count, int point) {
    int[] points = new int[count];
    Arrays.fill(points, point);
    return points;
  }

  private static void forAllChoices(int count, Consumer<int[]> body) {
    int[] points = new int[count];
    for (int code = 0; code < Math.pow(WHOLE + 1, count); code++) {
      int rest = code;
      for (int i = 0; i < count; i++) {
        points[i] = rest % (WHOLE + 1);
        rest /= WHOLE + 1;
      }
      body.accept(points);
    }
  }

  /** The least error that a budget can buy. */
  private static double least(List<Candidate> matrices, double[] weights, double budget) {
    double[] least = {Double.POSITIVE_INFINITY};
    forAllChoices(
        matrices.size(),
        points -> {
          if (cost(matrices, points) <= budget * (1 + 1e-12)) {
            least[0] = Math.min(least[0], error(matrices, weights, points));
          }
        });
    return least[0];
  }

  private static Terms bits(double budget) {
    return new Terms(budget, BITS, 1);
  }

  @Test
  void bitsCostNoMoreThanTheMatrix() {
    Candidate matrix = codes("m", "t", 4, 10, 1, 0.3, 0.2, 0.1);
    assertEquals(2 * 40 + 4 * 32, BITS.of(matrix, 0));
    assertEquals(8 * 40 + 4 * 32, BITS.of(matrix, 2));
    assertEquals(32 * 40, BITS.of(matrix, WHOLE));
    // A row of one number: its scale alone takes as much.
    Candidate thin = codes("m", "t", 5, 1, 1, 0.3, 0.2, 0.1);
    assertEquals(32 * 5, BITS.of(thin, 0));
    Cost numbers = Cost.of(Budget.Unit.NUMBERS);
    assertEquals(40, numbers.of(matrix, 0), "codes are numbers too");
    Candidate lowRank =
        new Candidate("m", "t", RankPoints.of(6, 6, new double[] {3, 2, 1, 1, 1, 1}));
    for (int point = 0; point <= lowRank.whole(); point++) {
      assertEquals(32 * numbers.of(lowRank, point), BITS.of(lowRank, point));
    }
  }

  @Test
  void whatSavesNothingIsNoChoice() {
    Candidate thin = codes("thin", "t", 5, 1, 1, 0.3, 0.2, 0.1);
    Candidate other = codes("other", "t", 4, 10, 1, 0.3, 0.2, 0.1);
    for (Allocator allocator : BY_ERROR) {
      int[] points = allocator.choose(List.of(thin, other), bits(160 + 208));
      assertArrayEquals(new int[] {WHOLE, 0}, points, allocator.toString());
    }
  }

  @Test
  void noPolicySpendsMoreThanTheBudgetUnlessTheCheapestPointsDo() {
    SplittableRandom random = new SplittableRandom(11);
    for (int round = 0; round < 300; round++) {
      List<Candidate> matrices = random(random, 5);
      double whole = cost(matrices, all(5, WHOLE));
      double budget = random.nextDouble() * whole;
      double allowed = Math.max(budget, cost(matrices, all(5, 0))) * (1 + 1e-9);
      for (Allocator allocator : BY_ERROR) {
        // Multiples are of ranks: what has none is always allowed.
        int[] points = allocator.choose(matrices, new Terms(budget, BITS, 1 + round % 2 * 7));
        assertTrue(cost(matrices, points) <= allowed, allocator + " of " + budget);
        assertArrayEquals(
            all(5, WHOLE), allocator.choose(matrices, bits(whole)), allocator.toString());
      }
    }
  }

  @Test
  void greedyAndLagrangeAreOptimalAtCornersAndWithinOneStepElsewhere() {
    SplittableRandom random = new SplittableRandom(12);
    int corners = 0;
    for (int round = 0; round < 300; round++) {
      List<Candidate> matrices = random(random, 4);
      double whole = cost(matrices, all(4, WHOLE));
      double cheapest = cost(matrices, all(4, 0));
      double budget = cheapest + random.nextDouble() * (whole - cheapest);
      for (Importance importance : List.of(Importance.EQUAL, Importance.RELATIVE)) {
        double[] weights = importance.weights(matrices);
        double best = least(matrices, weights, budget);
        double largestStep = 0;
        for (int i = 0; i < 4; i++) {
          largestStep = Math.max(largestStep, weights[i] * matrices.get(i).error(0));
        }
        int[] greedy = new Greedy(importance).choose(matrices, bits(budget));
        int[] lagrange = new Lagrange(importance).choose(matrices, bits(budget));
        assertArrayEquals(greedy, lagrange, "no errors are equal");
        double error = error(matrices, weights, greedy);
        assertTrue(error >= best - 1e-9);
        assertTrue(error <= best + largestStep + 1e-9);
        double spent = cost(matrices, greedy);
        Selection corner = new Selection(matrices, weights, bits(spent));
        corner.spendAlongHulls();
        if (Arrays.equals(corner.points(), greedy)) {
          assertEquals(least(matrices, weights, spent), error, 1e-9);
          corners++;
        }
      }
    }
    assertTrue(corners > 100, "too few rounds end at a corner: " + corners);
  }

  /** Against every share at which some matrix changes its point. */
  @Test
  void equalEnergyTakesTheLargestShareThatFits() {
    SplittableRandom random = new SplittableRandom(13);
    for (int round = 0; round < 300; round++) {
      List<Candidate> matrices = random(random, 4);
      double cheapest = cost(matrices, all(4, 0));
      double budget = cheapest + random.nextDouble() * (cost(matrices, all(4, WHOLE)) - cheapest);
      double best = 0;
      int[] expected = all(4, 0);
      for (Candidate matrix : matrices) {
        for (int point = 0; point <= WHOLE; point++) {
          double share = 1 - matrix.error(point) / matrix.points().energy();
          int[] points = holding(matrices, share - 1e-12);
          if (share > best && cost(matrices, points) <= budget) {
            best = share;
            expected = points;
          }
        }
      }
      assertArrayEquals(expected, new EqualEnergy().choose(matrices, bits(budget)));
    }
  }

  private static int[] holding(List<Candidate> matrices, double share) {
    int[] points = new int[matrices.size()];
    for (int i = 0; i < points.length; i++) {
      Candidate matrix = matrices.get(i);
      while (1 - matrix.error(points[i]) / matrix.points().energy() < share) {
        points[i]++;
      }
    }
    return points;
  }

  @Test
  void typeRatiosKeepMoreOfWhatSuffersMore() {
    Candidate worse = codes("worse", "t", 4, 64, 1e6, 1e5, 1e4, 1e3);
    Candidate better = codes("better", "t", 4, 64, 1e3, 1e2, 10, 1);
    for (double kept = 0.1; kept <= 1; kept += 0.05) {
      double budget = kept * 2 * 4 * 64 * 32;
      int[] points = new TypeRatios().choose(List.of(worse, better), bits(budget));
      assertTrue(points[0] >= points[1], kept + ": " + Arrays.toString(points));
    }
    // 6.5 bits a number each, of which 4.5 are spent where all are alike.
    List<Candidate> alike = List.of(worse, codes("same", "t", 4, 64, 1e6, 1e5, 1e4, 1e3));
    assertArrayEquals(new int[] {1, 1}, new TypeRatios().choose(alike, bits(6.5 * 512)));
    assertArrayEquals(new int[] {0, 0}, new TypeRatios().choose(alike, bits(0)));
  }

  /** Cuts are to fractions of the bits, for codes are no fewer numbers. */
  @Test
  void theSensitivitySearchCutsToFractionsOfBits() {
    // Without scales that count: 2, 4 and 8 bits are a 16th, an 8th and a quarter.
    List<Candidate> two =
        List.of(
            codes("a", "t", 1, 6400, 1, 0.3, 0.2, 0.1), codes("b", "t", 1, 6400, 1, 0.3, 0.2, 0.1));
    TruncationRankSearch search =
        new TruncationRankSearch(
            List.of(
                new Probe("a", 0.1, 5),
                new Probe("a", 0.2, 3),
                new Probe("a", 0.3, 1),
                new Probe("b", 0.1, 6),
                new Probe("b", 0.2, 4),
                new Probe("b", 0.3, 2)));
    assertArrayEquals(new int[] {WHOLE, WHOLE}, search.choose(two, bits(64 * 6400)));
    assertArrayEquals(new int[] {2, WHOLE}, search.choose(two, bits(41 * 6400)));
    assertArrayEquals(new int[] {2, 2}, search.choose(two, bits(17 * 6400)));
    assertArrayEquals(new int[] {1, 2}, search.choose(two, bits(13 * 6400)));
    assertArrayEquals(new int[] {1, 1}, search.choose(two, bits(9 * 6400)));
    assertArrayEquals(new int[] {0, 1}, search.choose(two, bits(7 * 6400)));
    assertArrayEquals(new int[] {0, 0}, search.choose(two, bits(5 * 6400)));
    assertThrows(InputException.class, () -> search.choose(two, bits(3 * 6400)));
  }
}
