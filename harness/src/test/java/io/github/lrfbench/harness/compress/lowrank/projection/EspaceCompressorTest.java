package io.github.lrfbench.harness.compress.lowrank.projection;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.calibrate.ActivationMoments;
import io.github.lrfbench.harness.calibrate.ExampleLosses;
import io.github.lrfbench.harness.calibrate.GradientMoments;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.compress.spi.TaskCase;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EspaceCompressorTest {
  /** The worked example. */
  private static final double[] W = {2, -1, 0, 1, 3, -2, 0, 1, 4, -1, 2, 1};

  private static final double[][] X = {
    {1, 2, -1, 0, 3, 1}, {4, 0, 2, -3, 1, 5}, {0, 1, 1, 2, -1, 0}
  };

  @TempDir private Path folder;

  String deviceId() {
    return "cpu";
  }

  /** Moments of the inputs; normalized if asked for. */
  private static double[] gram(boolean normalized) {
    double[] gram = new double[9];
    for (int t = 0; t < 6; t++) {
      double square = 0;
      for (double[] row : X) {
        square += row[t] * row[t];
      }
      for (int i = 0; i < 9; i++) {
        gram[i] += X[i / 3][t] * X[i % 3][t] / (normalized ? square : 1);
      }
    }
    return gram;
  }

  private InputProjection project(Candidate candidate, int rank, Scope scope) {
    Matrix w = Matrix.of(scope.doubles(W, 4, 3));
    Matrix c = Matrix.of(scope.doubles(gram(false), 3, 3));
    Matrix normalized = Matrix.of(scope.doubles(gram(true), 3, 3));
    Matrix symmetric =
        candidate.matrix(
            w,
            new ActivationMoments.Moments(6, c, new double[3], new double[3]),
            () -> new GradientMoments.Moments(normalized, c, c),
            scope);
    return InputProjection.of(w, symmetric, c, rank, false, "", scope);
  }

  /** ‖x − P Pᵀ x‖², each divided by ‖x‖² if asked for. */
  private static double inputError(InputProjection projection, int rank, boolean normalized) {
    double[] basis = projection.basis().rows(0, rank).data().toDoubles();
    double sum = 0;
    for (int t = 0; t < 6; t++) {
      double square = 0;
      double kept = 0;
      for (double[] row : X) {
        square += row[t] * row[t];
      }
      for (int k = 0; k < rank; k++) {
        double product = 0;
        for (int j = 0; j < 3; j++) {
          product += basis[k * 3 + j] * X[j][t];
        }
        kept += product * product;
      }
      sum += (square - kept) / (normalized ? square : 1);
    }
    return sum;
  }

  @Test
  void workedExample() {
    try (Device device = Devices.open(deviceId(), new DeviceOptions(1), line -> {});
        Scope scope = device.openScope()) {
      Matrix w = Matrix.of(scope.doubles(W, 4, 3));
      Matrix c = Matrix.of(scope.doubles(gram(false), 3, 3));
      InputProjection mse = project(Candidate.MSE, 3, scope);
      InputProjection nmse = project(Candidate.NMSE, 3, scope);
      InputProjection output = project(Candidate.OUTPUT, 3, scope);
      assertEquals(20.027956, inputError(mse, 1, false), 1e-5);
      assertEquals(6.361404, inputError(mse, 2, false), 1e-5);
      assertEquals(2.543935, inputError(mse, 1, true), 1e-5);
      assertEquals(2.542539, inputError(nmse, 1, true), 1e-5);
      assertEquals(0.746776, inputError(nmse, 2, true), 1e-5);
      double[] expected = {233.359988, 126.929338};
      double[] ofOutput = {231.262814, 85.110363};
      double[] drone = {225.570283, 65.382234};
      for (int rank = 1; rank <= 2; rank++) {
        assertEquals(expected[rank - 1], mse.outputError(w, c, rank), 1e-4);
        assertEquals(ofOutput[rank - 1], output.outputError(w, c, rank), 1e-4);
        for (Candidate candidate : Candidate.values()) {
          double error = project(candidate, rank, scope).outputError(w, c, rank);
          assertTrue(error >= drone[rank - 1] - 1e-6, candidate + ": " + error);
        }
        // What is dropped of MSE's directions is what the spectrum says.
        double tail = mse.spectrum().tail(rank);
        assertEquals(expected[rank - 1], tail * tail, 1e-4);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Candidate.class)
  void directionsAreOrthonormalAndAllOfThemAreTheIdentity(Candidate candidate) {
    try (Device device = Devices.open(deviceId(), new DeviceOptions(1), line -> {});
        Scope scope = device.openScope()) {
      InputProjection projection = project(candidate, 3, scope);
      double[] products =
          Matrices.product(false, projection.basis(), true, projection.basis(), scope)
              .data()
              .toDoubles();
      assertArrayEquals(new double[] {1, 0, 0, 0, 1, 0, 0, 0, 1}, products, 1e-10);
      Matrix w = Matrix.of(scope.doubles(W, 4, 3));
      Matrix c = Matrix.of(scope.doubles(gram(false), 3, 3));
      assertEquals(0, projection.outputError(w, c, 3), 1e-10);
    }
  }

  @Test
  void everyCandidateAndTheBestOfThemCompressAModel() throws IOException {
    try (TaskCase task = new TaskCase(deviceId(), folder)) {
      task.calibrator().moments();
      Budget budget = new Budget.Rank(3);
      Compression drone = task.compress("drone", budget, Allocation.UNIFORM);
      for (String candidate : new String[] {"best", "mse", "nmse", "go", "go-l2", "nl-bound"}) {
        Compression compression =
            task.compress("espace:candidate=" + candidate, budget, Allocation.UNIFORM);
        for (int i = 0; i < compression.layers().size(); i++) {
          LayerReport layer = compression.layers().get(i);
          assertEquals(3, layer.rank());
          assertTrue(layer.diagnostics().note().startsWith("projected by "));
          assertTrue(
              layer.outputError() >= drone.layers().get(i).outputError() * (1 - 1e-6),
              candidate + " " + layer);
          assertTrue(layer.outputError() <= layer.outputNorm() * 1.5, candidate + " " + layer);
        }
      }
    }
  }

  /** A choice of the smallest of noisy losses would not hold in the model as a whole. */
  @Test
  void anotherProjectionThanMseIsTakenOnlyWhereTheLossFallsBeyondChance() throws IOException {
    try (TaskCase task = new TaskCase(deviceId(), folder)) {
      Budget budget = new Budget.Keep(0.5);
      Compression best = task.compress("espace", budget, Allocation.UNIFORM);
      Compression mse = task.compress("espace:candidate=mse", budget, Allocation.UNIFORM);
      for (LayerReport layer : best.layers()) {
        if (layer.replaced() && !layer.diagnostics().note().equals("projected by mse")) {
          double[] before = losses(task, mse, layer.layer());
          double[] after = losses(task, best, layer.layer());
          assertTrue(ExampleLosses.fell(before, after, 2), layer.toString());
        }
      }
      assertTrue(
          best.layers().stream()
              .anyMatch(layer -> layer.diagnostics().note().equals("projected by mse")));
    }
  }

  private static double[] losses(TaskCase task, Compression compression, String slot) {
    return task.heldOutLosses(Map.of(slot, compression.replacements().get(slot)));
  }
}
