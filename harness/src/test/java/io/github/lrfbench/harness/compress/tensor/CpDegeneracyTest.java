package io.github.lrfbench.harness.compress.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.compress.spi.Diagnostics;
import io.github.lrfbench.kernels.Scope;
import org.junit.jupiter.api.Test;

/** Components that grow against each other are found, held down by the ridge, and told. */
class CpDegeneracyTest {
  private static final int SWEEPS = 2000;

  private static CpSettings settings(double ridge) {
    return new CpSettings(SWEEPS, 0, 0, ridge, false, 3);
  }

  private static CpSolver.Result solve(TensorCase of, double[][][] t, double ridge) {
    try (Scope scope = of.device.openScope()) {
      return new CpSolver(of.tensor(t), 2, settings(ridge), scope).solve();
    }
  }

  /** a ∘ a ∘ b + a ∘ b ∘ a + b ∘ a ∘ a has no best approximation of two components. */
  @Test
  void theRidgeIsRaised() {
    double[] a = {1, 0, 0, 0};
    double[] b = {0, 1, 0, 0};
    double[][][] t =
        TensorCase.sum(
            new double[][] {a, a, b}, new double[][] {a, b, a}, new double[][] {b, a, a});
    try (TensorCase of = new TensorCase("cpu")) {
      CpSolver.Result free = solve(of, t, 0);
      assertEquals(1, free.degenerate());
      assertEquals(0, free.ridge());
      CpSolver.Result held = solve(of, t, 1e-8);
      assertTrue(held.ridge() >= 1e-6 && held.ridge() <= 1e-2, "ridge " + held.ridge());
      assertTrue(
          held.factors().weights()[0] < free.factors().weights()[0],
          held.factors().weights()[0] + " against " + free.factors().weights()[0]);
      Diagnostics told =
          CpStack.of(of.stack(t), settings(1e-8)).fit(1, of.scope).get(0).diagnostics();
      assertTrue(told.note().contains("degenerate components raised the ridge"), told.note());
      assertEquals(held.ridge(), told.ridge());
    }
  }

  @Test
  void pairsAreOfOppositeSignsInAllModes() {
    double[] same = {1, 0.98, 0.98, 1};
    double[] opposite = {1, -0.98, -0.98, 1};
    double[] apart = {1, 0.9, 0.9, 1};
    assertEquals(0, CpFactors.degeneratePairs(new double[][] {same, same, same}, 2));
    assertEquals(1, CpFactors.degeneratePairs(new double[][] {same, opposite, same}, 2));
    assertEquals(0, CpFactors.degeneratePairs(new double[][] {opposite, opposite, same}, 2));
    assertEquals(1, CpFactors.degeneratePairs(new double[][] {opposite, opposite, opposite}, 2));
    assertEquals(0, CpFactors.degeneratePairs(new double[][] {same, opposite, apart}, 2));
  }
}
