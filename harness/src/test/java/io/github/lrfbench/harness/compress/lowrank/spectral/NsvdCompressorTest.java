package io.github.lrfbench.harness.compress.lowrank.spectral;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.lowrank.LowRankFactorization;
import io.github.lrfbench.harness.compress.lowrank.MatrixCase;
import io.github.lrfbench.harness.compress.lowrank.SlowSvd;
import io.github.lrfbench.harness.compress.spi.ErrorMetric;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.compress.spi.MethodSpec;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two stages of a rank, beside the same by plain loops. */
class NsvdCompressorTest {
  private static final int M = 24;
  private static final int N = 16;

  private Device device;
  private Scope scope;
  private final float[] w = new float[M * N];
  private final double[][] x = new double[N][200];

  @BeforeEach
  void draw() {
    device = Devices.open("cpu", new DeviceOptions(1), line -> {});
    scope = device.openScope();
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < w.length; i++) {
      w[i] = (float) random.nextGaussian();
    }
    double[][] mixed = new double[N][N];
    for (double[] row : mixed) {
      Arrays.setAll(row, j -> random.nextGaussian());
    }
    for (int t = 0; t < x[0].length; t++) {
      double[] drawn = new double[N];
      Arrays.setAll(drawn, j -> random.nextGaussian() / (1 + j));
      for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j++) {
          x[i][t] += mixed[i][j] * drawn[j];
        }
      }
    }
  }

  @AfterEach
  void close() {
    scope.close();
    device.close();
  }

  private void with(float[] weights, int m, int n, double[][] inputs, Consumer<MatrixCase> check) {
    MatrixCase matrix = MatrixCase.of(scope, weights, m, n).with(inputs);
    try {
      check.accept(matrix);
    } finally {
      matrix.closeMoments();
    }
  }

  private double[][] rows() {
    double[][] rows = new double[M][N];
    for (int i = 0; i < w.length; i++) {
      rows[i / N][i % N] = w[i];
    }
    return rows;
  }

  /** The first stage projects on the singular vectors of W X, the second cuts what is left. */
  @Test
  void bothStagesAreThoseOfPlainLoops() {
    double[][] dense = rows();
    double[][] outputs = SlowSvd.product(dense, x);
    with(
        w,
        M,
        N,
        x,
        matrix -> {
          for (int rank = 1; rank <= N; rank++) {
            for (double first : new double[] {0, 0.3, 0.5, 0.95, 1}) {
              int k = (int) Math.round(first * rank);
              double[][] stage = projected(outputs, dense, k);
              double[][] rest = new SlowSvd(SlowSvd.difference(dense, stage)).truncate(rank - k);
              double[][] both = SlowSvd.difference(stage, negative(rest));
              Errors.assertEqual(
                  both, matrix.product("nsvd:first=" + first, rank), 1e-6, first + " " + rank);
            }
          }
        });
  }

  /** U Uᵀ W, U being the first left singular vectors of the outputs. */
  private static double[][] projected(double[][] outputs, double[][] dense, int k) {
    if (k == 0) {
      return new double[dense.length][dense[0].length];
    }
    double[][] gram = SlowSvd.product(outputs, SlowSvd.transposed(outputs));
    // Of a symmetric matrix the truncation is U S Uᵀ; scaled by its columns' norms it is U Uᵀ.
    SlowSvd svd = new SlowSvd(gram);
    double[][] sum = new double[dense.length][dense.length];
    double[] squares = svd.squares();
    double[][] before = new double[dense.length][dense.length];
    for (int i = 1; i <= k; i++) {
      double[][] until = svd.truncate(i);
      double size = Math.sqrt(squares[i - 1]);
      for (int r = 0; r < sum.length; r++) {
        for (int c = 0; c < sum.length; c++) {
          sum[r][c] += (until[r][c] - before[r][c]) / size;
        }
      }
      before = until;
    }
    return SlowSvd.product(sum, dense);
  }

  private static double[][] negative(double[][] a) {
    return SlowSvd.difference(new double[a.length][a[0].length], a);
  }

  @Test
  void allOfTheRankInOneStageIsThatStagesMethod() {
    with(
        w,
        M,
        N,
        x,
        matrix -> {
          for (int rank = 1; rank <= N; rank++) {
            double[][] drone = matrix.product("drone", rank);
            Errors.assertEqual(drone, matrix.product("nsvd:first=1", rank), 1e-9, "drone " + rank);
            double least = Errors.ofWeights(w, matrix.product("svd", rank));
            double second = Errors.ofWeights(w, matrix.product("nsvd:first=0", rank));
            double norm = Errors.ofWeights(w, new double[M][N]);
            // Plain SVD is within 1e-4 of the optimum.
            assertEquals(least, second, 1e-4 * least + 1e-9 * norm, "svd " + rank);
          }
        });
  }

  @Test
  void errorsLieBetweenThoseOfTheStages() {
    with(
        w,
        M,
        N,
        x,
        matrix -> {
          for (int rank = 1; rank <= N; rank++) {
            double[][] drone = matrix.product("drone", rank);
            double[][] both = matrix.product("nsvd:first=0.5", rank);
            double slack = 1e-9 * Errors.ofOutputs(w, new double[M][N], x);
            double outputs = Errors.ofOutputs(w, both, x);
            assertTrue(Errors.ofOutputs(w, drone, x) <= outputs + slack);
            assertTrue(Errors.ofWeights(w, both) <= Errors.ofWeights(w, drone) + 1e-9);
            double predicted = matrix.predictedError("nsvd:first=0.5", rank);
            assertEquals(outputs, predicted * predicted, 1e-6 * outputs + slack);
          }
        });
  }

  /** Measured at a few ranks, among them the largest, and told to be estimates elsewhere. */
  @Test
  void errorsOfPointsAreSampled() {
    with(
        w,
        M,
        N,
        x,
        matrix -> {
          LowRankFactorization all = matrix.decompose("nsvd:first=0.5", N);
          assertFalse(all.measuresAll());
          double[] flat = new double[M * N];
          Arrays.setAll(flat, i -> w[i]);
          Matrix dense = Matrix.of(scope.doubles(flat, M, N));
          double[] errors = all.squaredErrors(dense, ErrorMetric.WEIGHTS);
          for (int rank : new int[] {1, 2, 4, 8, 16}) {
            double[][] product = matrix.product("nsvd:first=0.5", rank);
            double expected = Errors.ofWeights(w, product);
            assertEquals(expected, errors[rank - 1], 1e-6 * expected + 1e-9, "rank " + rank);
          }
        });
  }

  /** Allocations that take the factors of the largest rank apart are for those that have all. */
  @Test
  void nestsWhereTheFactorsOfALargerRankHoldThoseOfASmaller() {
    with(
        w,
        M,
        N,
        x,
        matrix -> {
          for (String method : List.of("nsvd:first=0", "nsvd:first=0.5", "nsvd:first=1")) {
            LowRankFactors all = matrix.decompose(method, N).nested(scope);
            LowRankFactors part = new LowRankFactors(all.down().columns(0, 8), all.up().rows(0, 8));
            double[][] product = matrix.product(method, 8);
            double difference = 0;
            double[] down = Matrices.toDouble(part.down(), scope).data().toDoubles();
            double[] up = Matrices.toDouble(part.up(), scope).data().toDoubles();
            for (int i = 0; i < M; i++) {
              for (int j = 0; j < N; j++) {
                double sum = 0;
                for (int r = 0; r < 8; r++) {
                  sum += down[j * 8 + r] * up[r * M + i];
                }
                difference = Math.max(difference, Math.abs(sum - product[i][j]));
              }
            }
            MethodSpec spec = MethodSpec.parse(method);
            assertEquals(spec.compressor().nests(spec.options()), difference < 1e-4, method);
          }
        });
    InputException refused =
        assertThrows(
            InputException.class,
            () -> MethodSpec.parse("nsvd").check(Allocation.parse("zero-sum", 1)));
    assertTrue(refused.getMessage().contains("zero-sum takes matrices apart"));
  }

  @Test
  void hostileMatrices() {
    double[][] one = {{2, 1}};
    with(
        new float[] {3},
        1,
        1,
        one,
        matrix -> assertEquals(3, matrix.product("nsvd:first=0", 1)[0][0], 1e-12));
    double[][] singular = {{1, 2}, {0, 0}, {2, -1}};
    for (float[] weights : new float[][] {new float[12], {1, 2, 3, 2, 4, 6, 3, 6, 9, 0, 0, 0}}) {
      with(
          weights,
          4,
          3,
          singular,
          matrix -> {
            for (int rank = 1; rank <= 3; rank++) {
              for (String method : new String[] {"nsvd", "nsvd:first=0.5", "nsvd:first=0"}) {
                double[][] product = matrix.product(method, rank);
                double left = Errors.ofOutputs(weights, product, singular);
                assertEquals(0, left, 1e-9, method + " " + rank);
              }
            }
          });
    }
  }
}
