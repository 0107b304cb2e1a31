package io.github.lrfbench.harness.compress.recover;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.compress.lowrank.SlowSvd;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Penalties and their gradients beside figures computed elsewhere, and beside differences. */
class HeadEnergyTest {
  private static final double[][] W = {{2, -1, 0}, {1, 3, -2}, {0, 1, 4}, {-1, 2, 1}};

  /** The Cholesky factor of the worked example's Gram matrix. */
  private static final double[][] L = {
    {4, 0, 0}, {2.5, Math.sqrt(48.75), 0}, {-0.5, -3.75 / Math.sqrt(48.75), 0}
  };

  static {
    L[2][2] = Math.sqrt(7 - 0.25 - L[2][1] * L[2][1]);
  }

  private Device device;
  private Scope scope;

  String deviceId() {
    return "cpu";
  }

  /** How long a matrix is followed. */
  int steps() {
    return 300;
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

  private static double[][] rows(Matrix x) {
    double[] flat = x.data().toDoubles();
    double[][] rows = new double[x.rows()][];
    Arrays.setAll(rows, i -> Arrays.copyOfRange(flat, i * x.cols(), (i + 1) * x.cols()));
    return rows;
  }

  /** By its definition. */
  private static double slow(Penalty penalty, double[][] x, int k) {
    SlowSvd svd = new SlowSvd(x);
    double all = Arrays.stream(svd.squares()).sum();
    return penalty == Penalty.TAIL ? svd.tail(k) / all : all / svd.squares()[0];
  }

  /** The gradient by X, which lies as Mᵀ does. */
  private double[][] gradient(Penalty penalty, double[][] x, int k, double expected) {
    Matrix gradient = Matrices.allocate(scope, x.length, x[0].length);
    device.gradients().clear(gradient);
    double value = HeadEnergy.of(matrix(x), k, scope).add(penalty, 1, gradient);
    assertEquals(expected, value, 1e-9 * expected);
    return rows(gradient);
  }

  @Test
  void theWorkedExample() {
    double[][] m = SlowSvd.product(W, L);
    double[][] x = SlowSvd.transposed(m);
    assertEquals(1.270329, slow(Penalty.STABLE_RANK, x, 1), 1e-6);
    double[][] g =
        SlowSvd.transposed(gradient(Penalty.STABLE_RANK, x, 1, slow(Penalty.STABLE_RANK, x, 1)));
    assertArrayEquals(new double[] {0.018132, -0.003926, -0.000931}, g[0], 1e-6);
    double inner = 0;
    double[][] moved = new double[m.length][];
    for (int i = 0; i < m.length; i++) {
      double[] row = m[i];
      double[] slope = g[i];
      for (int j = 0; j < row.length; j++) {
        inner += row[j] * slope[j];
      }
      moved[i] = new double[row.length];
      Arrays.setAll(moved[i], j -> row[j] - 50 * slope[j]);
    }
    // A matrix cannot lower its stable rank by growing or shrinking.
    assertEquals(0, inner, 1e-12);
    assertEquals(1.196481, slow(Penalty.STABLE_RANK, moved, 1), 1e-6);
  }

  @ParameterizedTest
  @CsvSource({
    "STABLE_RANK, 5, 3, 1",
    "STABLE_RANK, 3, 5, 1",
    "STABLE_RANK, 8, 8, 1",
    "TAIL, 5, 3, 2",
    "TAIL, 3, 5, 1",
    "TAIL, 8, 8, 3",
    "TAIL, 8, 6, 5",
  })
  void gradientsAreCentralDifferences(Penalty penalty, int n, int m, int k) {
    double[][] x = random(n, m, 4);
    double[][] g = gradient(penalty, x, k, slow(penalty, x, k));
    double step = 1e-4;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < m; j++) {
        double before = x[i][j];
        double[] values = new double[4];
        double[] at = {-2, -1, 1, 2};
        for (int s = 0; s < at.length; s++) {
          x[i][j] = before + at[s] * step;
          values[s] = slow(penalty, x, k);
        }
        x[i][j] = before;
        double slope = (values[0] - 8 * values[1] + 8 * values[2] - values[3]) / (12 * step);
        assertEquals(slope, g[i][j], 1e-8, penalty + " " + i + " " + j);
      }
    }
  }

  private static double[][] random(int n, int m, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[][] x = new double[n][m];
    for (double[] row : x) {
      Arrays.setAll(row, j -> random.nextGaussian());
    }
    return x;
  }

  /** As far as an optimizer's steps take a matrix, in the type in which it is trained. */
  @ParameterizedTest
  @EnumSource(Penalty.class)
  void oneIterationAStepFollowsTheMatrix(Penalty penalty) {
    int k = penalty == Penalty.TAIL ? 6 : 1;
    double[][] start = random(20, 30, 8);
    SplittableRandom random = new SplittableRandom(2);
    // Singular values fall, as those of whitened weights do.
    for (int i = 0; i < start.length; i++) {
      double scale = 10 * Math.pow(0.8, i);
      start[i] = Arrays.stream(start[i]).map(value -> scale * value).toArray();
    }
    Matrix x = Matrices.copy(matrix(start), DType.F32, scope);
    HeadEnergy energy = HeadEnergy.of(x, k, scope);
    Matrix ignored = Matrix.of(scope.zeros(DType.F32, 20, 30));
    double[][] drift = random(20, 30, 9);
    for (int step = 0; step < steps(); step++) {
      double[][] change = new double[20][30];
      for (int i = 0; i < 20; i++) {
        for (int j = 0; j < 30; j++) {
          change[i][j] = 1e-3 * (drift[i][j] + random.nextGaussian());
        }
      }
      device.gradients().addScaled(1, Matrices.copy(matrix(change), DType.F32, scope), x);
      energy.iterate();
      double followed = energy.add(penalty, 1, ignored);
      if (step % 50 == 9) {
        double exact = slow(penalty, rows(Matrices.toDouble(x, scope)), k);
        assertEquals(exact, followed, (penalty == Penalty.TAIL ? 1e-4 : 1e-6) * exact);
      }
    }
    double[] squares = energy.renew();
    assertArrayEquals(
        Arrays.copyOf(new SlowSvd(rows(Matrices.toDouble(x, scope))).squares(), k),
        squares,
        1e-5 * squares[0]);
  }

  @ParameterizedTest
  @EnumSource(Penalty.class)
  void hostileMatrices(Penalty penalty) {
    double[][] zeros = new double[3][2];
    for (double[] row : gradient(penalty, zeros, 1, 0)) {
      assertArrayEquals(new double[2], row);
    }
    HeadEnergy zero = HeadEnergy.of(matrix(zeros), 1, scope);
    zero.iterate();
    assertTrue(Arrays.stream(zero.basis().data().toDoubles()).allMatch(Double::isFinite));
    double[][] one = SlowSvd.product(new double[][] {{1}, {-2}, {3}}, new double[][] {{4, 5}});
    double value = penalty == Penalty.TAIL ? 0 : 1;
    Matrix flat = Matrices.allocate(scope, 3, 2);
    device.gradients().clear(flat);
    assertEquals(value, HeadEnergy.of(matrix(one), 1, scope).add(penalty, 1, flat), 1e-12);
    for (double slope : flat.data().toDoubles()) {
      assertEquals(0, slope, 1e-12);
    }
    assertEquals(0, gradient(penalty, new double[][] {{-7}}, 1, value)[0][0], 1e-12);
  }

  @Test
  void thePublishedScheduleGrowsTenEpochs() {
    double[] expected = {1e-4, 3.16227766e-4, 1e-3, 3.16227766e-3, 1e-2};
    PrehabSettings published = new PrehabSettings(Penalty.STABLE_RANK, Double.NaN, 0.5);
    for (int epoch = 0; epoch < expected.length; epoch++) {
      assertEquals(expected[epoch], published.weight(epoch), 1e-8 * expected[epoch]);
    }
    assertEquals(Math.sqrt(10), published.weight(9), 1e-9);
    assertEquals(10, published.weight(10));
    assertEquals(10, published.weight(50));
    assertEquals(2.5, new PrehabSettings(Penalty.TAIL, 2.5, 0.5).weight(7));
  }

  @Test
  void theTailBeginsAtTheRankOfTheBudget() {
    PrehabSettings tail = new PrehabSettings(Penalty.TAIL, 1, 0.5);
    assertEquals(192, tail.head(768, 768));
    assertEquals(307, tail.head(3072, 768));
    assertEquals(1, tail.head(1, 1));
    assertEquals(1, new PrehabSettings(Penalty.STABLE_RANK, 1, 0.5).head(768, 768));
  }
}
