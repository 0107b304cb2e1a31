package io.github.lrfbench.harness.compress.allocate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.compress.allocate.Allocator.Terms;
import io.github.lrfbench.harness.compress.allocate.Lems.Anchor;
import io.github.lrfbench.harness.compress.lowrank.RankPoints;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Figures of the specification, computed by hand. */
class LemsTest {
  /** Of every matrix rank 1, rank 2 and the matrix as it is. */
  private static final Cost STEPS = (matrix, point) -> Math.min(point + 1, 3);

  private static final List<Candidate> MATRICES =
      List.of(
          matrix("a", 834.429717, 160.188049, 65.382234),
          matrix("b", 148.514354, 90.047285, 18.438361),
          matrix("c", 21.583229, 15.094179, 5.322592));

  private static final List<Anchor> ANCHORS =
      List.of(new Anchor(0, 0.30), new Anchor(0, 0.12), new Anchor(0, 0.40));

  private static Candidate matrix(String name, double... squares) {
    double[] values = Arrays.stream(squares).map(Math::sqrt).toArray();
    return new Candidate(name, "t", RankPoints.of(squares.length, squares.length, values));
  }

  private static int[] ranks(double[] bias, double budget) {
    int[] points = new Lems(ANCHORS, bias, 0).choose(MATRICES, new Terms(budget, STEPS, 1));
    return Arrays.stream(points).map(point -> Math.min(point + 1, 3)).toArray();
  }

  @Test
  void earlierBlocksWeighMore() {
    assertArrayEquals(new double[] {6, 3.5, 1}, Lems.bias(3, 0, 5), 1e-12);
    assertArrayEquals(new double[] {6, 2.666667, 1}, Lems.bias(3, 1, 5), 1e-6);
    assertArrayEquals(new double[] {1, 1, 1}, Lems.bias(3, 2, 0), 1e-12);
    assertArrayEquals(new double[] {1}, Lems.bias(1, 1, 5), 0);
  }

  @Test
  void errorsAreAnchoredByTheDivergence() {
    Lems lems = new Lems(ANCHORS, Lems.bias(3, 0, 5), 0);
    double[][] expected = {{1.8, 0.521735}, {0.42, 0.071384}, {0.4, 0.104279}};
    for (int i = 0; i < 3; i++) {
      for (int point = 0; point < 2; point++) {
        double error = lems.weight(i, MATRICES.get(i)) * MATRICES.get(i).error(point);
        assertEquals(expected[i][point], error, 1e-5 * error);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "4, 2, 1, 1, 1.341735",
    "5, 3, 1, 1, 0.82",
    "6, 3, 2, 1, 0.471384",
    "7, 3, 2, 2, 0.175663",
    "8, 3, 2, 3, 0.071384"
  })
  void theOptimumIsChosen(int budget, int a, int b, int c, double least) {
    double[] bias = Lems.bias(3, 0, 5);
    int[] ranks = ranks(bias, budget);
    assertArrayEquals(new int[] {a, b, c}, ranks);
    Lems lems = new Lems(ANCHORS, bias, 0);
    double sum = 0;
    for (int i = 0; i < 3; i++) {
      Candidate matrix = MATRICES.get(i);
      int point = ranks[i] == 3 ? matrix.whole() : ranks[i] - 1;
      sum += lems.weight(i, matrix) * matrix.error(point);
    }
    assertEquals(least, sum, 1e-5);
  }

  @Test
  void withoutTheBiasOthersAreKept() {
    assertArrayEquals(new int[] {2, 1, 3}, ranks(new double[] {1, 1, 1}, 6));
  }

  /** What is cut for nothing has a price all the same. */
  @Test
  void noDivergenceIsNothing() {
    Lems lems = new Lems(List.of(new Anchor(0, -1e-9)), new double[] {1}, 0);
    assertTrue(lems.weight(0, MATRICES.get(0)) > 0);
    Candidate zeros = matrix("z", 0, 0, 0);
    assertEquals(0, lems.weight(0, zeros));
    Candidate rankOne = matrix("o", 4, 0, 0);
    assertTrue(Double.isFinite(lems.weight(0, rankOne)));
    assertEquals(
        2,
        new Lems(ANCHORS, new double[] {1, 1, 1}, 0)
            .choose(List.of(zeros, rankOne), new Terms(2, STEPS, 1))
            .length);
  }

  /** With the anchors that weights give, at budgets that a price spends. */
  @Test
  void isLagrangeWhereThatIsOptimal() {
    SplittableRandom random = new SplittableRandom(4);
    Cost factors = (matrix, point) -> (Math.min(point, matrix.whole() - 1) + 1) * 20.0;
    for (int run = 0; run < 50; run++) {
      List<Candidate> matrices = new ArrayList<>();
      List<Anchor> anchors = new ArrayList<>();
      double[] weights = random.doubles(6, 0.1, 10).toArray();
      for (int i = 0; i < weights.length; i++) {
        double[] squares = random.doubles(8).map(x -> Math.exp(4 * x)).sorted().toArray();
        double[] falling = new double[8];
        Arrays.setAll(falling, j -> squares[7 - j]);
        Candidate matrix = matrix("m" + i, falling);
        matrices.add(matrix);
        anchors.add(new Anchor(1, weights[i] * matrix.error(1)));
      }
      double price = Math.exp(6 * random.nextDouble() - 2);
      int[] expected = new int[weights.length];
      double budget = 0;
      for (int i = 0; i < weights.length; i++) {
        Candidate matrix = matrices.get(i);
        for (int point = 1; point < 8; point++) {
          double gain = matrix.error(point - 1) - matrix.error(point);
          expected[i] = weights[i] * gain > price * 20 ? point : expected[i];
        }
        budget += factors.of(matrix, expected[i]);
      }
      Terms terms = new Terms(budget, factors, 1);
      double[] even = new double[weights.length];
      Arrays.fill(even, 1);
      int[] chosen = new Lems(anchors, even, 0).choose(matrices, terms);
      Importance importance = matrix -> weights[matrices.indexOf(matrix)];
      int[] lagrange = new Lagrange(importance).choose(matrices, terms);
      for (int i = 0; i < weights.length; i++) {
        assertEquals(
            factors.of(matrices.get(i), expected[i]), factors.of(matrices.get(i), chosen[i]));
        assertEquals(
            factors.of(matrices.get(i), chosen[i]), factors.of(matrices.get(i), lagrange[i]));
      }
    }
  }

  @Test
  void theFloorHoldsWhereTheBudgetDoes() {
    List<Candidate> matrices = new ArrayList<>();
    List<Anchor> anchors = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      double[] squares = new double[40];
      Arrays.setAll(squares, j -> Math.exp(-j / 5.0));
      matrices.add(matrix("m" + i, squares));
      anchors.add(new Anchor(1, i == 0 ? 1e-9 : 1));
    }
    for (double kept : new double[] {0.05, 0.2, 0.5, 0.8}) {
      Terms terms = Terms.numbers(kept * 4 * 1600);
      double least = kept >= 0.5 ? 0.3 : Math.min(kept, 0.1);
      int[] auto = new Lems(anchors, new double[] {1, 1, 1, 1}, Double.NaN).choose(matrices, terms);
      double spent = 0;
      for (int i = 0; i < 4; i++) {
        double cost = terms.cost().of(matrices.get(i), auto[i]);
        spent += cost;
        assertTrue(cost > least * 1600 - 80, kept + ": " + Arrays.toString(auto));
      }
      assertTrue(spent <= terms.budget() + 1e-6);
    }
  }
}
