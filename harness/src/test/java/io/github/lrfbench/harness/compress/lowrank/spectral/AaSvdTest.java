package io.github.lrfbench.harness.compress.lowrank.spectral;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.compress.lowrank.LowRankFactorization;
import io.github.lrfbench.harness.compress.lowrank.MatrixCase;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodSpec;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Scope;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The matrices of {@code aasvd}, against a plain reduced-rank regression and worked examples. */
class AaSvdTest {
  private static final float[] W = {2, -1, 0, 1, 3, -2, 0, 1, 4, -1, 2, 1};
  private static final double[][] X = {
    {1, 2, -1, 0, 3, 1}, {4, 0, 2, -3, 1, 5}, {0, 1, 1, 2, -1, 0}
  };
  private static final double[][] OWN = {
    {1, 2, 0, 0, 3, 1}, {4, 1, 2, -3, 1, 4}, {0, 1, 1, 2, -1, 1}
  };
  private static final String PLAIN = "aasvd:ridge=0:bias=keep";

  private Device device;
  private Scope scope;

  @BeforeEach
  void open() {
    device = Devices.open("cpu", new DeviceOptions(1), line -> {});
    scope = device.openScope();
  }

  @AfterEach
  void close() {
    scope.close();
    device.close();
  }

  private MatrixCase example() {
    return MatrixCase.of(scope, W, 4, 3).behind(X, OWN);
  }

  @ParameterizedTest
  @CsvSource({
    "aasvd:ridge=0:bias=keep, 1, 252.002899",
    "aasvd:ridge=0:bias=keep, 2, 102.443346",
    "aasvd:ridge=0:bias=keep, 3, 39.876866",
    "aasvd:anchor=0:bias=keep, 1, 267.200501",
    "aasvd:anchor=0:bias=keep, 2, 124.824240",
    "aasvd:anchor=0:bias=keep, 3, 57",
    "aasvd:anchor=auto:ridge=0:bias=keep, 1, 252.002899"
  })
  void errorsOfTheExample(String method, int rank, double expected) {
    double[][] product = example().product(method, rank);
    assertEquals(expected, Regression.error(W, product, X, OWN, false), 1e-6 * expected);
  }

  /** What other objectives leave of this one. */
  @Test
  void itsOwnObjectiveIsLowestInTheExample() {
    MatrixCase dense = MatrixCase.of(scope, W, 4, 3).with(X);
    double[] drone = {260.751478, 114.995071};
    for (int rank = 1; rank <= 2; rank++) {
      double[][] product = dense.product("drone", rank);
      assertEquals(drone[rank - 1], Regression.error(W, product, X, OWN, false), 1e-5);
    }
    dense.closeMoments();
  }

  @Test
  void rowAndSpectrumOfTheExample() {
    double[] row = {0.077262, -0.671118, 0.097733};
    assertArrayEquals(row, example().product(PLAIN, 1)[0], 1e-6);
    double[] values = example().decompose(PLAIN, 3).spectrum().values();
    double[] squares = {807.997101, 149.559553, 62.566481};
    for (int i = 0; i < values.length; i++) {
      assertEquals(squares[i], values[i] * values[i], 1e-6 * squares[i]);
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 181.669021", "2, 40.595782"})
  void meansCountForNothingWhereTheBiasMakesUpForThem(int rank, double expected) {
    double[][] product = example().product("aasvd:ridge=0", rank);
    assertEquals(expected, Regression.error(W, product, X, OWN, true), 1e-6 * expected);
  }

  @ParameterizedTest
  @CsvSource({"0, 0.748636", "0.25, 0.759794", "0.5, 0.770818", "0.75, 0.781602", "1, 0.792058"})
  void sharesOfAnchorsInTheExample(String anchor, double expected) {
    LowRankFactorization made = example().decompose("aasvd:ridge=0:bias=keep:anchor=" + anchor, 1);
    double part = made.spectrum().tail(1) / made.spectrum().norm();
    assertEquals(expected, 1 - part * part, 1e-6);
  }

  private record Draw(float[] w, int m, int n, double[][] x, double[][] own) {
    static Draw of(int m, int n, int p, SplittableRandom random) {
      float[] w = new float[m * n];
      for (int i = 0; i < w.length; i++) {
        w[i] = (float) random.nextGaussian();
      }
      double[][] x = new double[n][p];
      double[][] own = new double[n][p];
      for (int i = 0; i < n; i++) {
        for (int t = 0; t < p; t++) {
          x[i][t] = random.nextGaussian() / (1 + i) + 0.3;
          own[i][t] = x[i][t] + 0.2 * random.nextGaussian() - 0.1;
        }
      }
      return new Draw(w, m, n, x, own);
    }

    MatrixCase matrix(Scope scope) {
      return MatrixCase.of(scope, w, m, n);
    }
  }

  @ParameterizedTest
  @CsvSource({"24, 16, 200", "16, 24, 200", "1, 1, 5", "1, 7, 20", "7, 1, 20"})
  void itIsReducedRankRegressionAtEveryRank(int m, int n, int p) {
    Draw draw = Draw.of(m, n, p, new SplittableRandom(3));
    MatrixCase behind = draw.matrix(scope).behind(draw.x(), draw.own());
    for (int rank = 1; rank <= Math.min(m, n); rank++) {
      for (boolean centred : new boolean[] {false, true}) {
        double[][] expected = Regression.reducedRank(draw.w(), draw.x(), draw.own(), rank, centred);
        double[][] actual = behind.product(centred ? "aasvd:ridge=0" : PLAIN, rank);
        double least = Regression.error(draw.w(), expected, draw.x(), draw.own(), centred);
        double error = Regression.error(draw.w(), actual, draw.x(), draw.own(), centred);
        assertEquals(least, error, 1e-9 * least + 1e-9, "rank " + rank);
        Errors.assertEqual(expected, actual, 1e-7, "rank " + rank);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"24, 16", "16, 24"})
  void nothingCompressedBeforeIsDroneAndAnchorZeroIsItsSequentialForm(int m, int n) {
    Draw draw = Draw.of(m, n, 200, new SplittableRandom(5));
    MatrixCase same = draw.matrix(scope).behind(draw.x(), draw.x());
    MatrixCase behind = draw.matrix(scope).behind(draw.x(), draw.own());
    MatrixCase still = draw.matrix(scope).with(draw.x());
    MatrixCase sequential = draw.matrix(scope).with(draw.own());
    for (int rank = 1; rank <= Math.min(m, n); rank++) {
      double[][] drone = still.product("drone", rank);
      Errors.assertEqual(drone, same.product(PLAIN, rank), 1e-9, "rank " + rank);
      double[][] late = sequential.product("drone", rank);
      double[][] anchored = behind.product("aasvd:anchor=0:bias=keep", rank);
      Errors.assertEqual(late, anchored, 1e-9, "rank " + rank);
      double own =
          Regression.error(draw.w(), behind.product(PLAIN, rank), draw.x(), draw.own(), false);
      for (double[][] other : new double[][][] {drone, late}) {
        double error = Regression.error(draw.w(), other, draw.x(), draw.own(), false);
        assertTrue(own <= error * (1 + 1e-9), "rank " + rank);
      }
      Errors.assertEqual(
          still.product("lord", rank), same.product("aasvd:ridge=0", rank), 1e-9, "rank " + rank);
    }
    still.closeMoments();
    sequential.closeMoments();
  }

  /** Fewer tokens than inputs, tokens without any, a matrix of zeros. */
  @Test
  void singularMomentsAndZerosGiveNumbers() {
    Draw few = Draw.of(6, 9, 4, new SplittableRandom(7));
    double[][] nothing = new double[9][4];
    for (String method : new String[] {"aasvd", PLAIN, "aasvd:anchor=auto", "aasvd:ridge=1"}) {
      for (MatrixCase hostile :
          new MatrixCase[] {
            few.matrix(scope).behind(few.x(), few.own()),
            few.matrix(scope).behind(few.x(), nothing),
            few.matrix(scope).behind(nothing, nothing),
            MatrixCase.of(scope, new float[54], 6, 9).behind(few.x(), few.own())
          }) {
        for (double[] row : hostile.product(method, 2)) {
          for (double value : row) {
            assertTrue(Double.isFinite(value), method);
          }
        }
      }
    }
  }

  @Test
  void noNumbersAreAFaultInALine() {
    Draw draw = Draw.of(4, 3, 9, new SplittableRandom(8));
    draw.own()[1][2] = Double.NaN;
    MatrixCase broken = draw.matrix(scope).behind(draw.x(), draw.own());
    ArithmeticException refused =
        assertThrows(ArithmeticException.class, () -> broken.product("aasvd", 1));
    assertTrue(refused.getMessage().endsWith("holds NaN or infinity"), refused.getMessage());
  }

  @Test
  void aRidgeHoldsOnToTheMatrix() {
    Draw draw = Draw.of(5, 5, 60, new SplittableRandom(9));
    MatrixCase behind = draw.matrix(scope).behind(draw.x(), draw.own());
    double before = 0;
    for (String ridge : new String[] {"1", "0.1", "0.01", "0"}) {
      double[][] product = behind.product("aasvd:ridge=" + ridge, 5);
      double moved = Errors.ofWeights(draw.w(), product);
      assertTrue(moved > before, ridge);
      before = moved;
    }
  }

  @Test
  void trainingIsOnlyForRefinement() {
    assertFalse(MethodSpec.parse("aasvd").needs().contains(Need.TRAINING));
    assertTrue(MethodSpec.parse("aasvd:refine=block").needs().contains(Need.TRAINING));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "aasvd:epochs=2",
        "aasvd:anchor=2",
        "aasvd:anchor=x",
        "aasvd:statistics=sequential"
      })
  void whatWouldChangeNothingIsRefused(String method) {
    assertThrows(InputException.class, () -> MethodSpec.parse(method));
  }
}
