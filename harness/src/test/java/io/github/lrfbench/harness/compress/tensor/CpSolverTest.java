package io.github.lrfbench.harness.compress.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.compress.spi.Factorization.Fit;
import io.github.lrfbench.kernels.Scope;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** CP comes to the worked numbers, never climbs, and says when its components degenerate. */
class CpSolverTest {
  private TensorCase of;

  /** The device that the test is for. */
  String kind() {
    return "cpu";
  }

  @BeforeEach
  void open() {
    of = new TensorCase(kind());
  }

  @AfterEach
  void close() {
    of.close();
  }

  private static CpSettings exact(int sweeps, int restarts, double ridge) {
    return new CpSettings(sweeps, 0, restarts, ridge, false, 3);
  }

  private CpSolver.Result solve(double[][][] t, int rank, CpSettings settings) {
    try (Scope scope = of.device.openScope()) {
      return new CpSolver(of.tensor(t), rank, settings, scope).solve();
    }
  }

  /** Section 6.6 of other-families: ‖T‖ = 3.741657, R = 2 is exact, R = 1 leaves 1.432801. */
  @Test
  void theWorkedExample() {
    double[][][] t = TensorCase.WORKED;
    double norm = TensorCase.norm(t);
    assertEquals(3.741657, norm, 1e-6);
    double[][][] sum =
        TensorCase.sum(
            new double[][] {{1, 2}, {0, 1}},
            new double[][] {{1, 0}, {1, 1}},
            new double[][] {{1, 1}, {1, -1}});
    assertArrayEquals(t, sum);
    CpSolver.Result two = solve(t, 2, exact(300, 2, 0));
    assertEquals(0, norm * TensorCase.distance(t, two.factors()), 1e-8);
    CpSolver.Result one = solve(t, 1, exact(100, 1, 1e-8));
    assertEquals(1.432801, norm * TensorCase.distance(t, one.factors()), 1e-5);
    assertEquals(1.432801, norm * Math.sqrt(one.error()), 1e-5);
    assertEquals(0, one.degenerate());
  }

  /** The error that Gram matrices tell is that of slow loops, and no sweep raises it at μ = 0. */
  @ParameterizedTest
  @CsvSource({"5, 4, 3, 2", "7, 3, 6, 3", "9, 8, 2, 2", "1, 1, 1, 1", "6, 5, 1, 3"})
  void noSweepClimbs(int d, int w, int slices, int rank) {
    double[][][] t = TensorCase.random(d, w, slices, 1);
    CpSolver.Result found = solve(t, rank, exact(60, 0, 0));
    for (int i = 1; i < found.errors().size(); i++) {
      assertTrue(found.errors().get(i) <= found.errors().get(i - 1) + 1e-12, "sweep " + i);
    }
    double error = TensorCase.distance(t, found.factors());
    assertEquals(error * error, found.error(), 1e-10);
    assertEquals(60, found.errors().size());
  }

  @ParameterizedTest
  @CsvSource({"1e-30", "1e30", "1"})
  void aTensorOfItsRankIsFound(double size) {
    double[][][] t = TensorCase.sum(factors(12, 1, size), factors(6, 2, 1), factors(5, 3, 1));
    CpSolver.Result found = solve(t, 3, exact(200, 2, 1e-10));
    assertEquals(0, found.error(), 1e-9);
    double[][][] single = TensorCase.random(4, 3, 2, size);
    SlotStack stack = of.stack(single);
    List<Fit> fits = CpStack.of(stack, exact(50, 1, 0)).fit(1, of.scope);
    assertTrue(of.distance(single, fits) < TensorCase.norm(single));
  }

  private static double[][] factors(int size, int seed, double scale) {
    double[][] values = new double[3][size];
    SplittableRandom random = new SplittableRandom(seed);
    for (double[] row : values) {
      for (int i = 0; i < size; i++) {
        row[i] = scale * random.nextGaussian();
      }
    }
    return values;
  }

  @Test
  void sampledSweepsComeNearTheExactOnes() {
    double[][][] t = TensorCase.random(40, 30, 20, 0.1);
    double[][][] signal = TensorCase.sum(factors(40, 1, 1), factors(30, 2, 1), factors(20, 3, 1));
    for (int i = 0; i < 40; i++) {
      for (int j = 0; j < 30; j++) {
        for (int k = 0; k < 20; k++) {
          t[i][j][k] += signal[i][j][k];
        }
      }
    }
    double exact = solve(t, 3, exact(100, 0, 1e-8)).error();
    CpSettings sampled = new CpSettings(40, 1e-7, 1, 1e-8, true, 1);
    CpSolver.Result found = solve(t, 3, sampled);
    assertTrue(found.error() < 1.2 * exact, found.error() + " against " + exact);
    assertArrayEquals(found.factors().weights(), solve(t, 3, sampled).factors().weights());
    CpSettings other = new CpSettings(40, 1e-7, 1, 1e-8, true, 2);
    assertNotEquals(found.error(), solve(t, 3, other).error());
  }

  @Test
  void aZeroTensorStaysZero() {
    double[][][] t = new double[4][3][2];
    CpSolver.Result found = solve(t, 2, exact(10, 1, 1e-8));
    assertEquals(0, found.error());
    for (Fit fit : CpStack.of(of.stack(t), exact(10, 1, 1e-8)).fit(1, of.scope)) {
      assertArrayEquals(new double[12], of.matrix(fit.map()));
    }
  }

  /** R (D + w + K) numbers, stored once for all slices. */
  @Test
  void pointsAreRanks() {
    double[][][] t = TensorCase.random(12, 8, 5, 1);
    CpStack stack = CpStack.of(of.stack(t), exact(20, 0, 1e-8));
    OperatingPoints points = stack.points();
    assertEquals(12 * 8 * 5, points.denseNumbers());
    for (int i = 0; i < points.count(); i += 4) {
      assertEquals(25L * (i + 1), points.get(i).numbers());
      List<Fit> fits = stack.fit(i, of.scope);
      long stored = fits.stream().mapToLong(fit -> fit.map().parameters()).sum();
      assertEquals(points.get(i).numbers(), stored);
      assertEquals(points.get(i).label(), fits.get(3).map().label());
      assertEquals(i + 1, fits.get(0).map().rank());
    }
  }
}
