package io.github.lrfbench.harness.compress.sharing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.harness.compress.lowrank.DecompositionRequest;
import io.github.lrfbench.harness.compress.lowrank.DecompositionRequest.Target;
import io.github.lrfbench.harness.compress.lowrank.OutputProjection;
import io.github.lrfbench.harness.compress.lowrank.SecondMoment;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.compress.spi.SlotStatistics;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Pooled, refitted and alternating solutions beside slow ones. */
class AlternatingFitTest {
  private static final double[][] W1 = {{2, -1, 0}, {1, 3, -2}, {0, 1, 4}, {-1, 2, 1}};
  private static final double[][] C1 = {{16, 10, -2}, {10, 55, -5}, {-2, -5, 7}};
  private static final double[][] W2 = {{1, 0, 2}, {-1, 2, 0}, {3, 1, 1}, {0, -2, 1}};
  private static final double[][] C2 = {{7, 0, 0}, {0, 16, 3}, {0, 3, 7}};

  private final SplittableRandom random = new SplittableRandom(11);
  private Device device;
  private Scope scope;

  /** The device that the test is for. */
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
    double[] values = new double[rows.length * rows[0].length];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(rows[i], 0, values, i * rows[0].length, rows[0].length);
    }
    return Matrix.of(scope.doubles(values, rows.length, rows[0].length));
  }

  private static double[][] rows(Matrix matrix) {
    double[][] rows = new double[matrix.rows()][matrix.cols()];
    for (int i = 0; i < rows.length; i++) {
      matrix.data().read(matrix.offset() + (long) i * matrix.stride(), rows[i], 0, matrix.cols());
    }
    return rows;
  }

  private BasisGroup group(double[][]... all) {
    List<LinearSlot> slots = new ArrayList<>();
    for (double[][] w : all) {
      Matrix turned = Matrices.copy(matrix(SlowSharing.turned(w)), DType.F32, scope);
      slots.add(
          new LinearSlot("w" + slots.size(), slots.size(), "query", new DenseLinear(turned, null)));
    }
    return new BasisGroup(slots);
  }

  private OutputProjection project(BasisGroup group, double[][] pooled) {
    int size = Math.min(group.rows(), group.cols());
    SecondMoment metric = new SecondMoment(new Moments(1, matrix(pooled), null, null));
    DecompositionRequest request =
        new DecompositionRequest(
            List.of(new Target(group.stacked(scope), size, true)),
            MethodOptions.NONE,
            new SlotStatistics(null, null),
            scope);
    return (OutputProjection) OutputProjection.decompose(request, slot -> metric).get(0);
  }

  private SharedFactors start(BasisGroup group, double[][] pooled, int rank) {
    LowRankFactors cut = project(group, pooled).cut(rank, scope).factors();
    List<Matrix> ups = new ArrayList<>();
    int row = 0;
    for (LinearSlot slot : group.slots()) {
      int end = row + slot.linear().outputs();
      ups.add(Matrices.toDouble(cut.up().columns(row, end), scope));
      row = end;
    }
    return new SharedFactors(cut.down(), ups);
  }

  private AlternatingFit fit(double[][][] w, double[][][] c, double leastGain) {
    List<Matrix> matrices = new ArrayList<>();
    List<Matrix> grams = new ArrayList<>();
    for (int l = 0; l < w.length; l++) {
      matrices.add(matrix(w[l]));
      grams.add(matrix(c[l]));
    }
    return new AlternatingFit(matrices, grams, leastGain, scope);
  }

  private static double error(double[][][] w, double[][][] c, SharedFactors factors) {
    double sum = 0;
    for (int l = 0; l < w.length; l++) {
      double[][] a = SlowSharing.turned(rows(factors.ups().get(l)));
      sum += SlowSharing.error(w[l], c[l], a, SlowSharing.turned(rows(factors.down())));
    }
    return sum;
  }

  private static void assertSquares(double[] expected, OutputProjection projection) {
    for (int i = 0; i < expected.length; i++) {
      double value = projection.spectrum().values()[i];
      assertEquals(expected[i], value * value, 1e-6 * expected[0]);
    }
  }

  private static void assertClose(double expected, double actual, double relative) {
    assertEquals(expected, actual, relative * Math.abs(expected));
  }

  @Test
  void knownFigures() {
    BasisGroup group = group(W1, W2);
    double[][] pooled = SlowSharing.plus(C1, C2, 1);
    assertSquares(new double[] {1740.632547, 371.246409, 357.121044}, project(group, pooled));
    assertSquares(new double[] {1379.143947, 232.433095, 171.422959}, project(group, C1));
    double[][][] w = {W1, W2};
    double[][][] c = {C1, C2};
    double[][] expected = {
      {348.363093, 341.397668, 341.101106}, {171.362351, 167.908538, 157.121768}
    };
    double[] alone = {334.055929, 83.820595};
    for (int rank = 1; rank <= 2; rank++) {
      SharedFactors start = start(group, pooled, rank);
      AlternatingFit fit = fit(w, c, 1e-12);
      assertClose(expected[rank - 1][0], error(w, c, start), 1e-5);
      assertClose(expected[rank - 1][1], error(w, c, fit.improve(start, 0)), 1e-5);
      assertClose(expected[rank - 1][2], error(w, c, fit.improve(start, 2000)), 1e-5);
      double separate = 0;
      for (int l = 0; l < 2; l++) {
        double tail = project(group(w[l]), c[l]).spectrum().tail(rank);
        separate += tail * tail;
      }
      assertClose(alone[rank - 1], separate, 1e-5);
    }
    // 2 x 4 + 3 numbers of rank 1 against two pairs of 4 + 3.
    assertEquals(11, group.points().get(0).numbers());
  }

  private double[][] random(int rows, int cols) {
    double[][] values = new double[rows][cols];
    for (double[] row : values) {
      for (int j = 0; j < cols; j++) {
        // What single precision holds exactly.
        row[j] = Math.rint(64 * random.nextGaussian()) / 64;
      }
    }
    return values;
  }

  private double[][] gram(int inputs, int tokens) {
    double[][] x = random(inputs, tokens);
    for (int i = 0; i < inputs; i++) {
      for (int t = 0; t < tokens; t++) {
        x[i][t] *= 1 + i;
      }
    }
    return SlowSharing.times(x, SlowSharing.turned(x));
  }

  /** Of one input the stacked matrix's best outputs are those of all matrices, at every rank. */
  @Test
  void oneInputIsTheStackedMatrix() {
    double[][][] w = {random(24, 16), random(24, 16), random(24, 16)};
    double[][] c = gram(16, 200);
    BasisGroup group = group(w);
    double[][] all = SlowSharing.above(w);
    double[] squares =
        SlowSharing.eigenvalues(
            SlowSharing.times(all, SlowSharing.times(c, SlowSharing.turned(all))));
    double energy = 0;
    for (double square : squares) {
      energy += square;
    }
    double tail = energy;
    for (int rank = 1; rank <= 16; rank++) {
      tail -= squares[rank - 1];
      double error = error(w, new double[][][] {c, c, c}, start(group, c, rank));
      assertEquals(tail, error, 1e-9 * energy, "rank " + rank);
    }
  }

  @Test
  void slowSolutionsAreNotBetter() {
    double[][][] w = {random(7, 5), random(4, 5), random(6, 5)};
    double[][][] c = {gram(5, 40), gram(5, 30), gram(5, 9)};
    double[][] pooled = SlowSharing.plus(SlowSharing.plus(c[0], c[1], 1), c[2], 1);
    BasisGroup group = group(w);
    for (int rank = 1; rank <= 5; rank++) {
      SharedFactors start = start(group, pooled, rank);
      double[][] basis = SlowSharing.turned(rows(start.down()));
      double before = error(w, c, start);
      double refit = error(w, c, fit(w, c, 1e-12).improve(start, 0));
      double als = error(w, c, fit(w, c, 1e-12).improve(start, 500));
      double scale = 1e-6 * before + 1e-6;
      assertEquals(SlowSharing.alternating(w, c, basis, 0), refit, scale, "rank " + rank);
      double slow = SlowSharing.alternating(w, c, basis, 500);
      assertTrue(als <= slow + scale, rank + ": " + als + " " + slow);
      assertTrue(refit <= before + scale && als <= refit + scale, refit + " " + als);
    }
  }

  @Test
  void everyRoundIsNoWorse() {
    double[][][] w = {random(24, 16), random(24, 16)};
    double[][][] c = {gram(16, 200), gram(16, 200)};
    double[][] pooled = SlowSharing.plus(c[0], c[1], 1);
    BasisGroup group = group(w);
    double scale = 1e-9 * error(w, c, start(group, pooled, 1));
    for (int rank = 1; rank <= 16; rank++) {
      SharedFactors start = start(group, pooled, rank);
      double before = error(w, c, start);
      for (int sweeps = 0; sweeps <= 6; sweeps += 2) {
        double now = error(w, c, fit(w, c, 0).improve(start, sweeps));
        assertTrue(now <= before + scale, rank + " " + sweeps);
        before = now;
      }
    }
  }

  @Test
  void inputsThatAreProportionalNeedNoFit() {
    double[][][] w = {random(6, 5), random(8, 5)};
    double[][] c = gram(5, 50);
    double[][][] scaled = {c, SlowSharing.plus(c, c, 2)};
    SharedFactors start = start(group(w[0], weighted(w[1])), c, 2);
    // Three times the Gram matrix is the root of three times the matrix.
    double[][][] same = {w[0], weighted(w[1])};
    double[][][] one = {c, c};
    double best = error(same, one, start);
    assertClose(best, error(same, one, fit(same, one, 1e-12).improve(start, 50)), 1e-9);
    SharedFactors pooled = start(group(w), SlowSharing.plus(scaled[0], scaled[1], 1), 2);
    assertTrue(error(w, scaled, fit(w, scaled, 1e-12).improve(pooled, 300)) <= best + 1e-4 * best);
  }

  private static double[][] weighted(double[][] w) {
    return SlowSharing.plus(w, w, Math.sqrt(3) - 1);
  }

  /** Single numbers, zeros, inputs without a direction, fewer tokens than inputs. */
  @Test
  void poorInputs() {
    double[][] zeros = new double[4][3];
    double[][] flat = {{4, 2, 0}, {2, 1, 0}, {0, 0, 0}};
    double[][] rankOne = {{1, 2, 3}, {2, 4, 6}, {-1, -2, -3}, {0, 0, 0}};
    double[][][][] matrices = {
      {{{2}}, {{3}}}, {zeros, zeros}, {W1, zeros}, {rankOne, rankOne}, {W1, W2}
    };
    for (double[][][] w : matrices) {
      int n = w[0][0].length;
      double[][][] grams =
          n == 1 ? new double[][][] {{{5}}, {{0}}} : new double[][][] {flat, C1, new double[3][3]};
      for (double[][] first : grams) {
        for (double[][] second : grams) {
          double[][][] c = {first, second};
          for (int rank = 1; rank <= n; rank++) {
            SharedFactors start = start(group(w), SlowSharing.plus(first, second, 1), rank);
            double before = error(w, c, start);
            double after = error(w, c, fit(w, c, 1e-6).improve(start, 20));
            assertTrue(after <= before + 1e-6 * (1 + before), before + " " + after);
          }
        }
      }
    }
  }
}
