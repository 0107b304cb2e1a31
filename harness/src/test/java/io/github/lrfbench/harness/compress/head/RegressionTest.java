package io.github.lrfbench.harness.compress.head;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.svd.SigmaSplit;
import io.github.lrfbench.kernels.svd.SvdOptions;
import io.github.lrfbench.kernels.svd.TruncatedSvd;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Least squares beside worked examples and beside elimination. */
class RegressionTest {
  /** Six examples with three features and their classes. */
  private static final double[][] X = {
    {1, 4, 0}, {2, 0, 1}, {-1, 2, 1}, {0, -3, 2}, {3, 1, -1}, {1, 5, 0}
  };

  private static final double[][] T = {{1, 0}, {0, 1}, {1, 0}, {0, 1}, {1, 0}, {0, 1}};

  private Device device;
  private Scope scope;

  String deviceId() {
    return "cpu";
  }

  @BeforeEach
  void open() {
    device = Devices.open(deviceId(), new DeviceOptions(1), line -> {});
    scope = device.openScope();
  }

  @AfterEach
  void close() {
    scope.close();
    device.close();
  }

  private Matrix matrix(double[][] rows) {
    double[] flat = Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
    return Matrix.of(scope.doubles(flat, rows.length, rows[0].length));
  }

  private static double[][] random(int rows, int cols, SplittableRandom random) {
    double[][] values = new double[rows][cols];
    for (double[] row : values) {
      Arrays.setAll(row, i -> random.nextGaussian());
    }
    return values;
  }

  private double residual(Matrix x, Matrix t, Matrix k) {
    Matrix residual = Matrices.toDouble(t, scope);
    device.blas().gemm(false, true, -1, x, k, 1, residual);
    return device.blas().squaredNorm(residual);
  }

  private Matrix reduced(Matrix k, Matrix x, int rank) {
    ReducedRank cut = ReducedRank.of(k, x, rank, scope);
    return Matrices.product(true, cut.left(), false, cut.right(), scope);
  }

  @Test
  void theWorkedExample() {
    Matrix x = matrix(X);
    Matrix t = matrix(T);
    RidgeFits fits = new RidgeFits(x, t, scope);
    Matrix k = fits.solve(0, scope);
    assertArrayEquals(
        new double[] {0.130952, 0.114286, 0.119048, 0.226190, 0.042857, 0.523810},
        k.data().toDoubles(),
        1e-6);
    assertEquals(2.471429, residual(x, t, k), 1e-6);
    assertEquals(2.511586, residual(x, t, fits.solve(1, scope)), 1e-6);
    assertEquals(3.102519, residual(x, t, reduced(k, x, 1)), 1e-6);
    assertEquals(2.471429, residual(x, t, reduced(k, x, 2)), 1e-6);
    // The rank-1 matrix that is closest to K itself predicts worse.
    Matrix nearest = Matrices.allocate(scope, 2, 3);
    new TruncatedSvd(device, SvdOptions.DEFAULT)
        .factor(scope, k, 1)
        .split(scope, SigmaSplit.BOTH)
        .multiply(nearest);
    assertEquals(3.211380, residual(x, t, nearest), 1e-6);
  }

  @ParameterizedTest
  @CsvSource({"20, 1, 1", "20, 4, 3", "50, 12, 2", "9, 8, 5"})
  void fullRankIsLeastSquares(int examples, int features, int outputs) {
    SplittableRandom random = new SplittableRandom(3);
    double[][] x = random(examples, features, random);
    double[][] t = random(examples, outputs, random);
    RidgeFits fits = new RidgeFits(matrix(x), matrix(t), scope);
    for (double ridge : new double[] {0, 0.5}) {
      double[] expected =
          Arrays.stream(NormalEquations.solve(x, t, ridge))
              .flatMapToDouble(Arrays::stream)
              .toArray();
      Matrix k = fits.solve(ridge, scope);
      assertArrayEquals(expected, k.data().toDoubles(), 1e-8);
      double before = Double.POSITIVE_INFINITY;
      for (int rank = 1; rank <= Math.min(outputs, features); rank++) {
        double now = residual(matrix(x), matrix(t), reduced(k, matrix(x), rank));
        assertTrue(now <= before + 1e-9, "more rank errs less");
        before = now;
      }
      assertEquals(residual(matrix(x), matrix(t), k), before, 1e-8);
    }
  }

  @Test
  void directionsThatFeaturesDoNotHaveAreLeftOut() {
    SplittableRandom random = new SplittableRandom(4);
    double[][] x = random(10, 3, random);
    double[][] doubled = new double[10][];
    for (int i = 0; i < 10; i++) {
      // The fourth feature is the first once more, the fifth constant.
      doubled[i] = new double[] {x[i][0], x[i][1], x[i][2], x[i][0], 0};
    }
    double[][] t = random(10, 2, random);
    Matrix k = new RidgeFits(matrix(doubled), matrix(t), scope).solve(0, scope);
    double[] values = k.data().toDoubles();
    assertEquals(values[0], values[3], 1e-9, "the solution with the smallest norm");
    assertEquals(0, values[4], 1e-12);
    Matrix few = new RidgeFits(matrix(x), matrix(t), scope).solve(0, scope);
    assertEquals(
        residual(matrix(x), matrix(t), few), residual(matrix(doubled), matrix(t), k), 1e-9);
    Matrix none =
        new RidgeFits(matrix(new double[4][3]), matrix(random(4, 2, random)), scope)
            .solve(0, scope);
    assertArrayEquals(new double[6], none.data().toDoubles());
  }

  @Test
  void theMeansAreTakenOff() {
    SplittableRandom random = new SplittableRandom(5);
    double[][] x = random(60, 3, random);
    double[][] t = new double[60][2];
    for (int i = 0; i < 60; i++) {
      x[i][0] += 100;
      t[i][0] = 7 + 2 * x[i][0] - x[i][2];
      t[i][1] = -3 + x[i][1];
    }
    Regression fit = Regression.of(matrix(x), matrix(t), 12, scope);
    Matrix k = fit.matrix(scope);
    assertEquals(0, fit.ridge(), "exact data need none");
    assertArrayEquals(new double[] {2, 0, -1, 0, 1, 0}, k.data().toDoubles(), 1e-8);
    assertArrayEquals(new double[] {7, -3}, fit.bias(k), 1e-6);
    assertEquals(0, fit.error(k), 1e-6);
    assertTrue(fit.spread() > 1);
  }

  @Test
  void noiseAsksForARidge() {
    SplittableRandom random = new SplittableRandom(6);
    // As many features as examples, and nothing to learn: the less is believed the better.
    Regression fit =
        Regression.of(matrix(random(30, 24, random)), matrix(random(30, 1, random)), 6, scope);
    assertTrue(fit.ridge() >= 1, "ridge " + fit.ridge());
  }

  @Test
  void unitsStayInTheirLinearRange() {
    SplittableRandom random = new SplittableRandom(7);
    double[][] x = random(100, 5, random);
    for (double[] row : x) {
      row[1] = 1000 + 50 * row[1];
      row[4] = 2;
    }
    Regression fit = Regression.of(matrix(x), matrix(random(100, 2, random)), 20, scope);
    Matrix read = ReducedRank.of(fit.matrix(scope), fit.features(), 2, scope).right();
    HiddenLayer layer = HiddenLayer.nearlyLinear(fit, read, 7, scope);
    double[] outputs = layer.outputs(matrix(x), scope).data().toDoubles();
    for (int unit = 0; unit < 7; unit++) {
      int at = unit;
      double[] sums =
          IntStream.range(0, 100)
              .mapToDouble(i -> Math.abs(atanh(outputs[7 * i + at])))
              .sorted()
              .toArray();
      // The constant feature gives no signal, in the direction that has the least of all.
      assertEquals(unit == 6 ? 0 : 0.5, sums[94], 1e-6, "unit " + unit);
    }
  }

  private static double atanh(double y) {
    return 0.5 * Math.log((1 + y) / (1 - y));
  }
}
