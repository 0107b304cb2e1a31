package io.github.lrfbench.harness.compress.lowrank.spectral;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.compress.lowrank.MatrixCase;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Scope;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the methods must equal and never exceed, on matrices and inputs of many shapes. */
class EquivalenceTest {
  private static final int[] OUTPUTS = {1, 4, 16};
  private static final int[] INPUTS = {1, 3, 24};
  private static final double[] CONDITIONS = {1, 1e3, 1e8};
  private static final String[] WHITENING = {
    "drone:form=literal", "svdllm", "svdllm:whitening=eigen", "dalr:lambda=0"
  };

  private Device device;

  @BeforeEach
  void open() {
    device = Devices.open("cpu", new DeviceOptions(1), line -> {});
  }

  @AfterEach
  void close() {
    device.close();
  }

  /**
   * A matrix with inputs.
   *
   * @param x [n, p]
   * @param condition of the Gram matrix of the inputs, where they span all directions
   */
  private record Draw(float[] w, int m, int n, double[][] x, double condition, MatrixCase matrix) {
    int size() {
      return Math.min(m, n);
    }

    double error(String method, int rank) {
      return Errors.ofOutputs(w, matrix.product(method, rank), x);
    }

    double errorWithBias(String method, int rank) {
      return Errors.ofCentredOutputs(w, matrix.product(method, rank), x);
    }

    double norm() {
      return Errors.ofOutputs(w, new double[m][n], x);
    }

    @Override
    public String toString() {
      return m + " x " + n + ", " + x[0].length + " tokens, condition " + condition;
    }
  }

  /** Runs a check for every shape, number of tokens and condition, and every rank. */
  private void forAll(BiConsumer<Draw, Integer> check) {
    SplittableRandom random = new SplittableRandom(7);
    for (int m : OUTPUTS) {
      for (int n : INPUTS) {
        for (int p : new int[] {Math.max(1, n / 2), n, 4 * n}) {
          for (double condition : CONDITIONS) {
            forRanks(draw(m, n, inputs(n, p, condition, random), condition, random), check);
          }
        }
      }
    }
  }

  private void forRanks(Draw draw, BiConsumer<Draw, Integer> check) {
    try (Scope scope = device.openScope()) {
      MatrixCase matrix = MatrixCase.of(scope, draw.w(), draw.m(), draw.n()).with(draw.x());
      try {
        for (int rank = 1; rank <= draw.size(); rank += Math.max(1, draw.size() / 3)) {
          check.accept(
              new Draw(draw.w(), draw.m(), draw.n(), draw.x(), draw.condition(), matrix), rank);
        }
      } finally {
        matrix.closeMoments();
      }
    }
  }

  private static Draw draw(int m, int n, double[][] x, double condition, SplittableRandom random) {
    float[] w = new float[m * n];
    for (int i = 0; i < w.length; i++) {
      w[i] = (float) random.nextGaussian();
    }
    return new Draw(w, m, n, x, condition, null);
  }

  /** Gaussian inputs around a mean, mixed, and scaled so that the Gram matrix is conditioned. */
  private static double[][] inputs(int n, int p, double condition, SplittableRandom random) {
    double[][] x = new double[n][p];
    for (int i = 0; i < n; i++) {
      double scale = n == 1 ? 1 : Math.pow(condition, -0.5 * i / (n - 1));
      for (int t = 0; t < p; t++) {
        x[i][t] = scale * (random.nextGaussian() + 0.5);
      }
    }
    for (int i = 1; i < n; i++) {
      // A rotation of neighbours: the Gram matrix is not diagonal.
      for (int t = 0; t < p; t++) {
        double a = x[i - 1][t];
        double b = x[i][t];
        x[i - 1][t] = 0.8 * a - 0.6 * b;
        x[i][t] = 0.6 * a + 0.8 * b;
      }
    }
    return x;
  }

  @Test
  void allFormsOfWhiteningLoseTheSame() {
    forAll(
        (draw, rank) -> {
          double best = draw.error("drone", rank);
          for (String form : WHITENING) {
            // A ridge, where one is needed, is relative to the mean of the diagonal.
            double tolerance = draw.matrix().diagnostics(form, rank).ridge() > 0 ? 1e-5 : 1e-9;
            assertEquals(best, draw.error(form, rank), tolerance * draw.norm(), form + " " + draw);
          }
        });
  }

  @Test
  void allFormsOfWhiteningGiveOneMatrixWhereInputsSpanAllDirections() {
    forAll(
        (draw, rank) -> {
          double[] spectrum = draw.matrix().decompose("drone", draw.size()).spectrum().values();
          boolean unique = rank == draw.size() || spectrum[rank] < 0.99 * spectrum[rank - 1];
          if (draw.x()[0].length > draw.n() && draw.condition() < 1e4 && unique) {
            double[][] drone = draw.matrix().product("drone", rank);
            for (String form : WHITENING) {
              double[][] product = draw.matrix().product(form, rank);
              Errors.assertEqual(drone, product, 1e-7, form + " " + draw);
            }
          }
        });
  }

  @Test
  void noMethodIsCloserThanThoseThatMinimize() {
    forAll(
        (draw, rank) -> {
          double slack = 1e-9 * draw.norm();
          double lord = draw.errorWithBias("lord", rank);
          double compensated = draw.errorWithBias("drone", rank);
          double drone = draw.error("drone", rank);
          assertTrue(lord <= compensated + slack, draw::toString);
          assertTrue(compensated <= drone + slack, draw::toString);
          for (String other :
              new String[] {"svd", "asvd", "asvd:alpha=1:scale=rms", "dalr", "dalr:exact=true"}) {
            assertTrue(drone <= draw.error(other, rank) + slack, () -> other + " " + draw);
          }
          double[][] svd = draw.matrix().product("svd", rank);
          double least = Errors.ofWeights(draw.w(), svd);
          double others = Errors.ofWeights(draw.w(), draw.matrix().product("drone", rank));
          assertTrue(least <= others * (1 + 1e-4) + 1e-9, draw::toString);
        });
  }

  @Test
  void predictedErrorsAreTheErrors() {
    forAll(
        (draw, rank) -> {
          double drone = draw.matrix().predictedError("drone", rank);
          assertEquals(drone * drone, draw.error("drone", rank), 1e-9 * draw.norm());
          double lord = draw.matrix().predictedError("lord", rank);
          assertEquals(lord * lord, draw.errorWithBias("lord", rank), 1e-9 * draw.norm());
          double svd = draw.matrix().predictedError("svd", rank);
          double weights = Errors.ofWeights(draw.w(), draw.matrix().product("svd", rank));
          double norm = Errors.ofWeights(draw.w(), new double[draw.m()][draw.n()]);
          assertEquals(svd * svd, weights, 1e-5 * norm);
        });
  }

  @Test
  void fullRankLosesNothingAndMoreRankLosesNoMore() {
    forAll(
        (draw, rank) -> {
          for (String method : new String[] {"svd", "asvd", "drone", "svdllm", "lord"}) {
            assertEquals(0, draw.error(method, draw.size()), 1e-6 * draw.norm(), method);
          }
          if (rank < draw.size()) {
            double more = draw.error("drone", rank + 1);
            assertTrue(more <= draw.error("drone", rank) + 1e-9 * draw.norm(), draw::toString);
          }
        });
  }

  @Test
  void lordIsDroneOnCentredInputs() {
    forAll(
        (draw, rank) -> {
          double[][] centred = new double[draw.n()][];
          for (int i = 0; i < centred.length; i++) {
            double mean = Arrays.stream(draw.x()[i]).average().orElseThrow();
            centred[i] = Arrays.stream(draw.x()[i]).map(value -> value - mean).toArray();
          }
          double lord = draw.errorWithBias("lord", rank);
          Draw other =
              new Draw(draw.w(), draw.m(), draw.n(), centred, draw.condition(), draw.matrix());
          forRanks(
              other,
              (same, r) -> {
                if (r.equals(rank)) {
                  assertEquals(lord, same.error("drone", r), 1e-9 * draw.norm(), draw.toString());
                }
              });
        });
  }

  @Test
  void theExactRidgeSolutionIsNoWorse() {
    forAll(
        (draw, rank) -> {
          double mean =
              Arrays.stream(draw.x()).flatMapToDouble(Arrays::stream).map(v -> v * v).sum()
                  / draw.n();
          double exact = ridgeObjective(draw, "dalr:lambda=0.3:exact=true", rank, 0.3 * mean);
          double paper = ridgeObjective(draw, "dalr:lambda=0.3", rank, 0.3 * mean);
          assertTrue(exact <= paper * (1 + 1e-9), draw::toString);
        });
  }

  private static double ridgeObjective(Draw draw, String method, int rank, double lambda) {
    double[][] product = draw.matrix().product(method, rank);
    double size = Arrays.stream(product).flatMapToDouble(Arrays::stream).map(v -> v * v).sum();
    return Errors.ofOutputs(draw.w(), product, draw.x()) + lambda * size;
  }

  @Test
  void inputsThatAreAlikeMakeEveryMethodSvd() {
    SplittableRandom random = new SplittableRandom(5);
    for (int n : new int[] {3, 8}) {
      double[][] x = new double[n][n];
      for (int i = 0; i < n; i++) {
        x[i][i] = 3;
      }
      forRanks(
          draw(6, n, x, 1, random),
          (draw, rank) -> {
            double[][] svd = draw.matrix().product("svd", rank);
            for (String method : new String[] {"drone", "svdllm", "asvd", "asvd:alpha=1"}) {
              Errors.assertEqual(svd, draw.matrix().product(method, rank), 1e-4, method);
            }
          });
    }
  }

  @Test
  void aDiagonalGramMatrixMakesItsRootsTheWhitening() {
    SplittableRandom random = new SplittableRandom(6);
    double[][] x = {{3, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 0.2, 0}, {0, 0, 0, 7}};
    forRanks(
        draw(6, 4, x, 1, random),
        (draw, rank) ->
            Errors.assertEqual(
                draw.matrix().product("drone", rank),
                draw.matrix().product("asvd:alpha=1:scale=rms", rank),
                1e-9,
                "rank " + rank));
  }

  @Test
  void scalesOfInputsThatNeverOccurAreKeptInBounds() {
    SplittableRandom random = new SplittableRandom(8);
    double[][] x = {{1, 2, 3}, {0, 0, 0}, {2, -1, 1}};
    forRanks(
        draw(4, 3, x, 1, random),
        (draw, rank) -> {
          for (String method :
              new String[] {"asvd", "asvd:alpha=1", "svdllm", "drone", "dalr", "lord"}) {
            for (double[] row : draw.matrix().product(method, rank)) {
              assertTrue(Arrays.stream(row).allMatch(Double::isFinite), method);
            }
          }
        });
  }
}
