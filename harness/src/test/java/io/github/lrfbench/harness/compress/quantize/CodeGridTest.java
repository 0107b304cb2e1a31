package io.github.lrfbench.harness.compress.quantize;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.budget.Point;
import io.github.lrfbench.harness.compress.quantize.CodeGrid.Step;
import io.github.lrfbench.harness.compress.quantize.CodeGrid.Zero;
import io.github.lrfbench.kernels.InputException;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CodeGridTest {
  private static Zero zero(boolean symmetric) {
    return symmetric ? Zero.SYMMETRIC : Zero.ASYMMETRIC;
  }

  private static double[] random(int n, double size) {
    SplittableRandom random = new SplittableRandom(n);
    double[] weights = new double[n];
    Arrays.setAll(weights, i -> size * random.nextGaussian());
    return weights;
  }

  private static double error(CodeGrid grid, double[] weights, double exponent) {
    Step step = grid.fit(weights, 0, weights.length, "w", 0);
    return Arrays.stream(weights)
        .map(w -> Math.pow(Math.abs(w - step.weight(grid.code(w, step))), exponent))
        .sum();
  }

  @ParameterizedTest
  @CsvSource({"2, 1", "3, 1e-30", "4, 1e30", "5, 1", "6, 1", "7, 1", "8, 1"})
  void everyWeightIsWithinHalfAStep(int bits, double size) {
    double[] weights = random(50, size);
    for (boolean symmetric : new boolean[] {true, false}) {
      CodeGrid grid = new CodeGrid(bits, 0, zero(symmetric), false);
      Step step = grid.fit(weights, 0, 50, "w", 0);
      double range =
          symmetric
              ? 2 * Arrays.stream(weights).map(Math::abs).max().orElseThrow()
              : Arrays.stream(weights).max().orElseThrow()
                  - Arrays.stream(weights).min().orElseThrow();
      int steps = symmetric ? (1 << bits) - 2 : (1 << bits) - 1;
      assertEquals(range / steps, step.scale(), 1e-6 * range);
      for (double weight : weights) {
        int code = grid.code(weight, step);
        assertTrue(code >= (symmetric ? 1 : 0) && code < 1 << bits);
        // The zero point of an asymmetric grid is rounded, which moves its ends by half a step.
        double allowed = symmetric ? 0.501 : 1.001;
        assertTrue(Math.abs(weight - step.weight(code)) <= allowed * step.scale());
      }
      assertEquals(0, step.weight(grid.code(0, step)), 0);
    }
  }

  @Test
  void weightsOfOneSignUseAllCodes() {
    double[] weights = {1, 2, 4, 7};
    CodeGrid grid = new CodeGrid(3, 0, Zero.ASYMMETRIC, false);
    assertEquals(new Step(1, 0), grid.fit(weights, 0, 4, "w", 0));
    assertEquals(0, error(grid, weights, 2), 0);
    double[] negative = {-1, -2, -4, -7};
    assertEquals(new Step(1, 7), grid.fit(negative, 0, 4, "w", 0));
    assertEquals(0, error(grid, negative, 2), 0);
  }

  @Test
  void aSearchedRangeLosesNoMore() {
    double[] weights = random(64, 1);
    weights[5] = 9;
    for (boolean symmetric : new boolean[] {true, false}) {
      for (int bits : new int[] {2, 3, 4, 8}) {
        double full = error(new CodeGrid(bits, 0, zero(symmetric), false), weights, 2.4);
        double searched = error(new CodeGrid(bits, 0, zero(symmetric), true), weights, 2.4);
        assertTrue(searched <= full);
        assertTrue(
            bits == 2 || bits == 8 || searched < 0.95 * full,
            bits + ": " + searched + " of " + full);
      }
    }
  }

  /** 2ᴮ points, the outermost of which are the outermost weights, or as far from 0 as one is. */
  @ParameterizedTest
  @CsvSource({"1, 1", "2, 1e-30", "4, 1e30", "8, 1"})
  void freeAndCentredGridsUseAllTheirPoints(int bits, double size) {
    double[] weights = random(50, size);
    Arrays.setAll(weights, i -> weights[i] + 0.5 * size);
    double low = Arrays.stream(weights).min().orElseThrow();
    double high = Arrays.stream(weights).max().orElseThrow();
    double most = Math.max(-low, high);
    for (Zero zero : new Zero[] {Zero.FREE, Zero.CENTRED}) {
      double from = zero == Zero.FREE ? low : -most;
      double to = zero == Zero.FREE ? high : most;
      CodeGrid grid = new CodeGrid(bits, CodeGrid.ROW, zero, false);
      Step step = grid.fit(weights, 0, 50, "w", 0);
      assertEquals(from, step.weight(0), 1e-6 * most);
      assertEquals(to, step.weight((1 << bits) - 1), 1e-6 * most);
      for (double weight : weights) {
        double left = Math.abs(weight - step.weight(grid.code(weight, step)));
        assertTrue(left <= 0.501 * step.scale(), zero + " " + weight);
      }
    }
  }

  /** Between 1/3 and 1, a quarter of the weights 0.5 is rounded up. */
  @Test
  void ditheredWeightsAreMetOnAverage() {
    CodeGrid grid = new CodeGrid(2, CodeGrid.ROW, Zero.CENTRED, false);
    Step step = grid.fit(new double[] {-1, 0.5}, 0, 2, "w", 0);
    SplittableRandom random = new SplittableRandom(1);
    int draws = 100_000;
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < draws; i++) {
      double weight = step.weight(grid.code(0.5, step, random.nextDouble()));
      assertTrue(Math.abs(weight - 1 / 3.0) < 1e-6 || Math.abs(weight - 1) < 1e-6, "" + weight);
      sum += weight;
      squares += (weight - 0.5) * (weight - 0.5);
    }
    assertEquals(0.5, sum / draws, 0.005);
    assertEquals(1 / 12.0, squares / draws, 0.002);
    assertEquals(1, step.weight(grid.code(7, step, 0.5)), 1e-6);
    assertEquals(-1, step.weight(grid.code(-7, step, 0.5)), 1e-6);
  }

  @Test
  void weightsThatAreAllAlikeAreMet() {
    for (int bits : new int[] {1, 4, 8}) {
      CodeGrid grid = new CodeGrid(bits, CodeGrid.ROW, Zero.FREE, true);
      double[] weights = {-0.25, -0.25};
      Step step = grid.fit(weights, 0, 2, "w", 0);
      assertEquals(-0.25, step.weight(grid.code(-0.25, step)), 0);
      assertEquals(-0.25, step.weight(grid.code(-0.25, step, 0.99)), 0);
    }
  }

  @Test
  void oneBitHasNoSymmetricGrid() {
    assertThrows(InputException.class, () -> new CodeGrid(1, CodeGrid.ROW, Zero.SYMMETRIC, false));
  }

  @Test
  void whatIsNoNumberIsNamedByItsRow() {
    CodeGrid grid = new CodeGrid(4, CodeGrid.MATRIX, Zero.FREE, false);
    double[] weights = {1, 2, 3, 4, Double.NaN, 6};
    InputException refused = assertThrows(InputException.class, () -> grid.fit(weights, 2, "w"));
    assertEquals("w holds NaN or infinity in row 2, which has no codes", refused.getMessage());
  }

  @Test
  void zerosStayZero() {
    double[] zeros = new double[4];
    for (boolean symmetric : new boolean[] {true, false}) {
      CodeGrid grid = new CodeGrid(4, 0, zero(symmetric), true);
      Step step = grid.fit(zeros, 0, 4, "w", 0);
      assertEquals(0, step.weight(grid.code(0, step)), 0);
    }
  }

  /** Codes of 4 bits in groups of 128 with scale and zero point: 4 + 64 / 128. */
  @Test
  void aPointCountsCodesAndConstants() {
    Point groups = new CodeGrid(4, 128, Zero.ASYMMETRIC, false).point(3, 384);
    assertEquals(4.5 * 3 * 384, groups.bits());
    assertEquals(3 * 384, groups.numbers());
    assertEquals("4 bit, groups of 128, zero points", groups.label());
    Point whole = new CodeGrid(3, CodeGrid.MATRIX, Zero.FREE, false).point(5, 10);
    assertEquals(5 * 4 * 8 + 64, whole.bits());
    assertEquals("3 bit, one scale, zero points", whole.label());
    Point row = new CodeGrid(3, 0, Zero.SYMMETRIC, false).point(5, 10);
    assertEquals(5 * (4 * 8 + 32), row.bits());
    assertEquals("3 bit, per row", row.label());
    assertEquals(row.label(), new CodeGrid(3, 128, Zero.SYMMETRIC, false).point(5, 10).label());
  }
}
