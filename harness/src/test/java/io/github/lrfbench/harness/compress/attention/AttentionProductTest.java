package io.github.lrfbench.harness.compress.attention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.calibrate.ActivationMoments;
import io.github.lrfbench.harness.calibrate.InputMoments;
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

/** Scores of queries and keys in fewer dimensions, beside scores by their definition. */
class AttentionProductTest {
  private static final double[][] X = {
    {1, 2, -1, 0, 3, 1}, {4, 0, 2, -3, 1, 5}, {0, 1, 1, 2, -1, 0}
  };

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

  private static double[][] rows(Matrix matrix) {
    double[] flat = matrix.data().toDoubles();
    double[][] rows = new double[matrix.rows()][];
    Arrays.setAll(rows, i -> Arrays.copyOfRange(flat, i * matrix.cols(), (i + 1) * matrix.cols()));
    return rows;
  }

  private static double[][] random(int rows, int cols, SplittableRandom random) {
    double[][] values = new double[rows][cols];
    for (double[] row : values) {
      Arrays.setAll(row, i -> random.nextGaussian());
    }
    return values;
  }

  /** (Q x + b) · (K y) of two tokens. */
  private static double score(
      double[][] q, double[] b, double[][] k, double[][] x, int query, int key) {
    double score = 0;
    for (int i = 0; i < q.length; i++) {
      double left = b[i];
      double right = 0;
      for (int j = 0; j < x.length; j++) {
        left += q[i][j] * x[j][query];
        right += k[i][j] * x[j][key];
      }
      score += left * right;
    }
    return score;
  }

  /** ‖scores − scores'‖² over all pairs of tokens, of one head. */
  private static double squaredError(
      double[][] q,
      double[] b,
      double[][] k,
      double[][] q2,
      double[] b2,
      double[][] k2,
      double[][] x) {
    double sum = 0;
    for (int i = 0; i < x[0].length; i++) {
      for (int j = 0; j < x[0].length; j++) {
        sum += Math.pow(score(q, b, k, x, i, j) - score(q2, b2, k2, x, i, j), 2);
      }
    }
    return sum;
  }

  private interface Check {
    void run(AttentionProduct product);
  }

  private void decompose(
      double[][] q, double[][] k, double[] bias, double[][] x, int heads, Check check) {
    try (ActivationMoments moments = InputMoments.of("x", x, scope)) {
      check.run(new AttentionProduct(matrix(q), matrix(k), bias, moments.of("x"), heads, scope));
    }
  }

  @Test
  void theWorkedExample() {
    double[][] q = {{1, 0, 2}, {0, 1, -1}};
    double[][] k = {{1, 1, 0}, {0, 2, 1}};
    double[] none = new double[2];
    decompose(
        q,
        k,
        none,
        X,
        1,
        product -> {
          assertEquals(15228, product.energy(), 1e-6);
          assertEquals(621.445960, product.droppedEnergy(1), 1e-6);
          assertEquals(0, product.droppedEnergy(2));
          assertEquals(0, product.ridge());
          double error =
              squaredError(
                  q,
                  none,
                  k,
                  rows(product.queries(1, scope)),
                  product.queryBias(1),
                  rows(product.keys(1, scope)),
                  X);
          assertEquals(621.445960, error, 1e-6);
        });
  }

  @ParameterizedTest
  @CsvSource({"1, 4, 6, 30", "3, 2, 5, 12", "2, 5, 9, 40", "2, 1, 3, 8"})
  void dimensionsThatAreDroppedAreTheErrorOfTheScores(int heads, int size, int inputs, int tokens) {
    SplittableRandom random = new SplittableRandom(9);
    double[][] q = random(heads * size, inputs, random);
    double[][] k = random(heads * size, inputs, random);
    double[][] x = random(inputs, tokens, random);
    double[] bias = random(1, heads * size, random)[0];
    decompose(
        q,
        k,
        bias,
        x,
        heads,
        product -> {
          for (int rank = 1; rank <= size; rank++) {
            double[][] narrowQueries = rows(product.queries(rank, scope));
            double[][] narrowKeys = rows(product.keys(rank, scope));
            double[] narrowBias = product.queryBias(rank);
            double sum = 0;
            double cut = 0;
            for (int head = 0; head < heads; head++) {
              double[][] ownQueries = Arrays.copyOfRange(q, head * size, (head + 1) * size);
              double[][] ownKeys = Arrays.copyOfRange(k, head * size, (head + 1) * size);
              double[] ownBias = Arrays.copyOfRange(bias, head * size, (head + 1) * size);
              sum +=
                  squaredError(
                      ownQueries,
                      ownBias,
                      ownKeys,
                      Arrays.copyOfRange(narrowQueries, head * rank, (head + 1) * rank),
                      Arrays.copyOfRange(narrowBias, head * size, head * size + rank),
                      Arrays.copyOfRange(narrowKeys, head * rank, (head + 1) * rank),
                      x);
              // Just leaving out the last dimensions is one of the matrices of this rank.
              cut +=
                  squaredError(
                      ownQueries,
                      ownBias,
                      ownKeys,
                      Arrays.copyOf(ownQueries, rank),
                      ownBias,
                      Arrays.copyOf(ownKeys, rank),
                      x);
            }
            double slack = 1e-9 * product.energy();
            assertEquals(product.droppedEnergy(rank), sum, slack, "rank " + rank);
            assertTrue(sum <= cut + slack, "rank " + rank);
          }
        });
  }

  @Test
  void inputsThatDoNotSpanAllDirectionsGetARidge() {
    SplittableRandom random = new SplittableRandom(2);
    double[][] q = random(4, 6, random);
    double[][] k = random(4, 6, random);
    double[][] x = random(6, 2, random);
    double[] none = new double[4];
    decompose(
        q,
        k,
        none,
        x,
        1,
        product -> {
          assertTrue(product.ridge() > 0);
          double error =
              squaredError(
                  q,
                  none,
                  k,
                  rows(product.queries(2, scope)),
                  none,
                  rows(product.keys(2, scope)),
                  x);
          assertEquals(0, error, 1e-6 * product.energy(), "two tokens have two dimensions");
        });
  }
}
