package io.github.lrfbench.harness.compress.allocate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.compress.allocate.Allocator.Terms;
import io.github.lrfbench.harness.compress.allocate.Searched.Trial;
import io.github.lrfbench.harness.compress.lowrank.RankPoints;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Rules that say which part each matrix keeps. */
class SharesTest {
  private static Candidate matrix(int size, double decay) {
    double[] values = new double[size];
    Arrays.setAll(values, i -> Math.exp(-decay * i));
    return new Candidate("m", "t", RankPoints.of(size, size, values));
  }

  /** Figures of the specification. */
  @Test
  void swiftRanksAreThoseOfThePaper() {
    double[] influence = {.30, .10, .05, .15};
    SwiftRatios rule = new SwiftRatios(0.5, 0.5, influence);
    double[] importance = rule.importance();
    assertArrayEquals(new double[] {2, 1.2, 1, 1.4}, importance, 1e-12);
    double[] shares = rule.shares(importance, new double[] {40, 60, 90, 80});
    double[] ranks = Arrays.stream(shares).map(share -> 307.2 * share).toArray();
    assertArrayEquals(new double[] {329.283, 296.473, 290.046, 312.998}, ranks, 1e-3);
    assertEquals(1228.8, Arrays.stream(ranks).sum(), 1e-9);
    assertArrayEquals(new double[] {1, 1}, new SwiftRatios(1, 0.5, new double[2]).importance(), 0);
  }

  @Test
  void effectiveRankIsTheEntropyOfSingularValues() {
    double[] values = {Math.sqrt(834.429717), Math.sqrt(160.188049), Math.sqrt(65.382234)};
    assertEquals(2.609329, EffectiveRank.of(RankPoints.of(3, 3, values)), 1e-6);
    assertEquals(4, EffectiveRank.of(RankPoints.of(9, 4, new double[] {2, 2, 2, 2})), 1e-9);
    assertEquals(1, EffectiveRank.of(RankPoints.of(1, 1, new double[] {3})), 1e-12);
    assertTrue(Double.isNaN(EffectiveRank.of(RankPoints.of(2, 2, new double[] {0, 0}))));
  }

  @Test
  void earlierBlocksKeepMoreByAtp() {
    List<Candidate> matrices = new ArrayList<>();
    double[] depths = new double[5];
    for (int i = 0; i < 5; i++) {
      matrices.add(matrix(200, 0.02));
      depths[i] = i / 4.0;
    }
    int[] points = new DepthRatios(0.4, depths).choose(matrices, Terms.numbers(0.5 * 5 * 40000));
    for (int i = 0; i < 5; i++) {
      double kept = (points[i] + 1) * 400 / 40000.0;
      assertEquals(0.5 + 0.4 * (0.5 - depths[i]), kept, 0.011);
    }
    int[] even = new DepthRatios(0, depths).choose(matrices, Terms.numbers(0.5 * 5 * 40000));
    assertArrayEquals(new int[] {49, 49, 49, 49, 49}, even);
    assertArrayEquals(
        new double[] {0, .06, .12, .18, .24, .30, .36, .42, .48, .54, .6},
        DepthRatios.tried(0.3),
        1e-12);
    assertEquals(0.4, DepthRatios.tried(0.8)[10], 1e-12);
  }

  /** Parts beyond nothing and all are none, and what they leave is for the others. */
  @Test
  void theBudgetIsSpentWhateverTheRuleSays() {
    List<Candidate> matrices =
        List.of(matrix(60, 0.1), matrix(60, 0.2), matrix(60, 0.01), matrix(1, 1));
    for (double kept : new double[] {0.001, 0.1, 0.5, 0.9, 1}) {
      double budget = kept * (3 * 3600 + 1);
      for (double beta : new double[] {-2, 0, 0.3, 2}) {
        DepthRatios rule = new DepthRatios(beta, new double[] {0, 0.5, 1, 1});
        assertSpent(matrices, budget, rule);
      }
      for (double alpha : new double[] {0, 0.3, 1}) {
        for (double delta : new double[] {0, 0.5, 1}) {
          double[] influence = {0.1, 0.4, 0.2, 0.2};
          assertSpent(matrices, budget, new SwiftRatios(alpha, delta, influence));
        }
      }
    }
  }

  private static void assertSpent(List<Candidate> matrices, double budget, Allocator rule) {
    Terms terms = Terms.numbers(budget);
    int[] points = rule.choose(matrices, terms);
    double spent = 0;
    double cheapest = 0;
    double whole = 0;
    for (int i = 0; i < points.length; i++) {
      spent += terms.cost().of(matrices.get(i), points[i]);
      cheapest += terms.cost().of(matrices.get(i), 0);
      whole += terms.cost().of(matrices.get(i), matrices.get(i).whole());
    }
    assertTrue(spent <= Math.max(cheapest, budget) + 1e-6, rule + ": " + spent);
    assertTrue(spent >= Math.min(whole, budget) - 120, rule + ": " + spent + " of " + budget);
  }

  @Test
  void theBestOfWhatIsTriedIsTakenAndTold() {
    List<Candidate> matrices = List.of(matrix(60, 0.1), matrix(60, 0.1));
    double[] depths = {0, 1};
    List<Trial> trials = new ArrayList<>();
    for (double beta : new double[] {0, 0.25, 0.5}) {
      trials.add(new Trial(Map.of("beta", beta), new DepthRatios(beta, depths)));
    }
    Map<String, String> told = new TreeMap<>();
    int[] best =
        new Searched(trials, points -> Math.abs(points[0] - points[1] - 7), told::put)
            .choose(matrices, Terms.numbers(3600));
    assertEquals(Map.of("beta", "0.25"), told);
    assertTrue(best[0] > best[1]);
  }
}
