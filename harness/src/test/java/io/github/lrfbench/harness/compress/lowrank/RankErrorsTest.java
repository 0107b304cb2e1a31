package io.github.lrfbench.harness.compress.lowrank;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.calibrate.ActivationMoments;
import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.harness.calibrate.InputMoments;
import io.github.lrfbench.harness.compress.spi.ErrorMetric;
import io.github.lrfbench.harness.compress.spi.Factorization;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.compress.spi.SlotMatrix;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RankErrorsTest {
  private static final int TOKENS = 20;

  private final SplittableRandom random = new SplittableRandom(8);

  String deviceId() {
    return "cpu";
  }

  private double[][] random(int rows, int cols, double shift) {
    double[][] values = new double[rows][cols];
    for (double[] row : values) {
      for (int i = 0; i < cols; i++) {
        row[i] = random.nextGaussian() + shift;
      }
    }
    return values;
  }

  private static float[] flat(double[][] rows) {
    float[] flat = new float[rows.length * rows[0].length];
    for (int i = 0; i < flat.length; i++) {
      flat[i] = (float) rows[i / rows[0].length][i % rows[0].length];
    }
    return flat;
  }

  /** The mean of ‖(W − Ŵ) x‖² over the columns of X. */
  private static double error(float[] w, double[][] product, double[][] x) {
    double sum = 0;
    for (int t = 0; t < TOKENS; t++) {
      for (int i = 0; i < product.length; i++) {
        double difference = 0;
        for (int j = 0; j < x.length; j++) {
          difference += (w[i * x.length + j] - product[i][j]) * x[j][t];
        }
        sum += difference * difference;
      }
    }
    return sum / TOKENS;
  }

  private static double tail(double[] values, int from) {
    double sum = 0;
    for (int i = from; i < values.length; i++) {
      sum += values[i] * values[i];
    }
    return sum;
  }

  /** Mean squared errors of the ranks from 1 on. */
  private static double[] errors(
      MatrixCase matrix, LowRankFactorization all, Moments of, Scope scope) {
    Matrix w = Matrices.toDouble(SlotMatrix.of(matrix.slot(), scope), scope);
    double[] squared = all.squaredErrors(w, ErrorMetric.outputs(of));
    return Arrays.stream(squared).map(error -> error / TOKENS).toArray();
  }

  /** ‖W X‖. */
  private static double norm(Matrix w, Moments of) {
    try (Scope scratch = w.device().openScope()) {
      Matrix weighted = Matrices.product(false, w, false, of.gram(), scratch);
      return Math.sqrt(Matrices.innerProduct(weighted, w));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "svd, 5, 7, 5, 5",
    "svd, 7, 5, 3, 5",
    "svd, 6, 6, 6, 2",
    "svd, 1, 1, 1, 1",
    "svd, 1, 4, 1, 1",
    "asvd, 5, 7, 3, 5",
    "drone, 7, 5, 4, 5"
  })
  void theyAreThoseOfEveryRank(String method, int outputs, int inputs, int rank, int ofMatrix) {
    try (Device device = Devices.open(deviceId(), new DeviceOptions(1), line -> {});
        Scope scope = device.openScope()) {
      double[][] left = random(outputs, ofMatrix, 0);
      double[][] right = random(ofMatrix, inputs, 0);
      double[][] w = new double[outputs][inputs];
      for (int i = 0; i < outputs; i++) {
        for (int j = 0; j < inputs; j++) {
          for (int k = 0; k < ofMatrix; k++) {
            w[i][j] += left[i][k] * right[k][j];
          }
        }
      }
      double[][] x = random(inputs, TOKENS, 1);
      MatrixCase plain = MatrixCase.of(scope, flat(w), outputs, inputs);
      MatrixCase matrix = plain.with(x);
      try (ActivationMoments moments = InputMoments.of("w", x, scope)) {
        LowRankFactorization all = matrix.decompose(method, rank);
        double[] errors = errors(matrix, all, moments.of("w"), scope);
        double whole = error(flat(w), new double[outputs][inputs], x);
        assertEquals(rank, errors.length);
        for (int r = 1; r <= rank; r++) {
          double expected = error(flat(w), matrix.product(method, r), x);
          assertEquals(expected, errors[r - 1], 1e-5 * whole, "rank " + r);
        }
        assertSameOneByOne(errors, matrix, all, moments.of("w"), scope);
      } finally {
        matrix.closeMoments();
      }
    }
  }

  /** What any form is measured by, one point after the other. */
  private static void assertSameOneByOne(
      double[] errors, MatrixCase matrix, LowRankFactorization all, Moments of, Scope scope) {
    Factorization plain =
        new Factorization() {
          @Override
          public OperatingPoints points() {
            return all.points();
          }

          @Override
          public Fit fit(int point, Scope owner) {
            return all.fit(point, owner);
          }
        };
    Matrix w = Matrices.toDouble(SlotMatrix.of(matrix.slot(), scope), scope);
    double norm = norm(w, of);
    double[] oneByOne = plain.squaredErrors(w, ErrorMetric.outputs(of));
    assertEquals(Math.max(1, all.points().saving()), oneByOne.length);
    for (int i = 0; i < oneByOne.length; i++) {
      assertEquals(errors[i], oneByOne[i] / TOKENS, 1e-9 * norm * norm / TOKENS, "point " + i);
    }
  }

  @Test
  void ofTheMethodThatMinimizesThemTheyAreItsOwn() {
    try (Device device = Devices.open(deviceId(), new DeviceOptions(1), line -> {});
        Scope scope = device.openScope()) {
      double[][] x = random(6, TOKENS, 1);
      MatrixCase matrix = MatrixCase.of(scope, flat(random(4, 6, 0)), 4, 6).with(x);
      try (ActivationMoments moments = InputMoments.of("w", x, scope)) {
        LowRankFactorization all = matrix.decompose("drone", 4);
        double[] errors = errors(matrix, all, moments.of("w"), scope);
        double[] own = all.spectrum().values();
        double slack = 1e-5 * tail(own, 0) / TOKENS;
        for (int r = 1; r <= 4; r++) {
          assertEquals(tail(own, r) / TOKENS, errors[r - 1], slack, "rank " + r);
        }
      } finally {
        matrix.closeMoments();
      }
    }
  }

  @Test
  void aRankMayErrMoreThanOneBefore() {
    try (Device device = Devices.open(deviceId(), new DeviceOptions(1), line -> {});
        Scope scope = device.openScope()) {
      // W = diag(2, 1) and two tokens, the unit vectors; Ŵ is diag(0, -3), then diag(2, -3).
      double[][] x = new double[2][TOKENS];
      x[0][0] = 1;
      x[1][1] = 1;
      Matrix w = Matrix.of(scope.doubles(new double[] {2, 0, 0, 1}, 2, 2));
      LowRankFactors factors =
          new LowRankFactors(
              Matrix.of(scope.doubles(new double[] {0, 1, 1, 0}, 2, 2)),
              Matrix.of(scope.doubles(new double[] {0, -3, 2, 0}, 2, 2)));
      try (ActivationMoments moments = InputMoments.of("w", x, scope)) {
        double[] errors = RankErrors.squared(w, factors, ErrorMetric.outputs(moments.of("w")));
        // The error of rank 0 is 5.
        assertArrayEquals(new double[] {20, 16}, errors, 1e-12);
      }
    }
  }
}
