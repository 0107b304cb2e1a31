package io.github.lrfbench.harness.exchange;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.InputException;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GradiVeqTest {
  /** With slices of at most 4: of 4, 3 and none. */
  private static final double[][][] SHAPES = {new double[6][8], new double[9][3], new double[1][8]};

  private final Gradients gradients = new Gradients(device());

  String device() {
    return "cpu";
  }

  @AfterEach
  void close() {
    gradients.close();
  }

  private GradientExchange open(GradiVeqSettings settings, double[][][] shapes, int workers) {
    return settings.open(gradients.device, gradients.parts(shapes), workers, 0);
  }

  /** The worked numbers of the notes: U = [1, 1] / √2, and the ring adds coefficients. */
  @Test
  void coefficientsAddUp() {
    double[][][][] training = {{{{1, 1}, {2, 2}}}, {{{-3, -3}, {1, 1}}}};
    double[][][][] given = {{{{1, 3}, {0, 0}}}, {{{2, 2}, {0, 0}}}};
    GradiVeqSettings settings = new GradiVeqSettings(2, 1, 5, 2, 0, false);
    try (GradientExchange exchange = open(settings, training[0], 2)) {
      gradients.exchange(exchange, 0, training);
      ExchangeCost cost = new ExchangeCost(gradients.device, 2);
      double[][] mean = gradients.exchange(exchange, 1, given, cost)[0];
      assertArrayEquals(new double[] {4.0 / 2, 4.0 / 2}, mean[0], 1e-6);
      assertArrayEquals(new double[] {0, 0}, mean[1], 1e-6);
      assertEquals(4 * 2, cost.payloadBytes());
    }
  }

  /** Projects the slices of a matrix on d directions of others', in double precision. */
  private static double[][] reference(double[][][] training, double[][] given, int length, int d) {
    double[][] sum = new double[length][length];
    for (double[][] matrix : training) {
      for (double[] row : matrix) {
        for (int at = 0; at < row.length; at += length) {
          for (int i = 0; i < length; i++) {
            for (int j = 0; j < length; j++) {
              sum[i][j] += row[at + i] * row[at + j];
            }
          }
        }
      }
    }
    double[][] basis =
        Gradients.random(new double[][][] {new double[length][d]}, new SplittableRandom(1))[0];
    for (int turn = 0; turn < 3000; turn++) {
      basis = Gradients.product(sum, false, basis, false);
      Gradients.orthonormalize(basis);
    }
    double[][] projection = Gradients.product(basis, false, basis, true);
    double[][] result = new double[given.length][given[0].length];
    for (int r = 0; r < given.length; r++) {
      for (int c = 0; c < given[r].length; c++) {
        int at = c / length * length;
        for (int k = 0; k < length; k++) {
          result[r][c] += given[r][at + k] * projection[k][c - at];
        }
      }
    }
    return result;
  }

  @ParameterizedTest
  @CsvSource({"2, 2, 1", "4, 1, 0", "1.3, 3, 2"})
  void slicesAreProjectedOnThePrincipalDirectionsOfTheMean(double ratio, int four, int three) {
    SplittableRandom random = new SplittableRandom(2);
    int workers = 3;
    GradiVeqSettings settings = new GradiVeqSettings(4, 3, 2, ratio, 0, false);
    double[][][][] means = new double[3][][][];
    try (GradientExchange exchange = open(settings, SHAPES, workers)) {
      for (int step = 0; step < 10; step++) {
        double[][][][] given = Gradients.random(workers, SHAPES, random);
        double[][][] actual = gradients.exchange(exchange, step, given);
        double[][][] mean = Gradients.mean(given);
        assertEquals(0, Gradients.distance(mean[2], actual[2]), 1e-6);
        if (step % 5 < 3) {
          means[step % 5] = mean;
          assertEquals(0, Gradients.distance(mean[0], actual[0]), 1e-6);
          continue;
        }
        int[] lengths = {4, 3};
        int[] dimensions = {four, three};
        for (int part = 0; part < 2; part++) {
          int number = part;
          double[][][] learnt = {means[0][number], means[1][number], means[2][number]};
          double[][] expected =
              dimensions[part] == 0
                  ? mean[part]
                  : reference(learnt, mean[part], lengths[part], dimensions[part]);
          assertEquals(0, Gradients.distance(expected, actual[part]), 1e-4, "step " + step);
        }
      }
    }
  }

  /** Slices of a plane need two coefficients, whatever share of their squares is to be kept. */
  @Test
  void energyChoosesTheDimension() {
    SplittableRandom random = new SplittableRandom(3);
    double[][] plane = Gradients.random(new double[][][] {new double[2][6]}, random)[0];
    double[][][][] given = new double[2][1][][];
    for (double[][][] own : given) {
      double[][] factor = Gradients.random(new double[][][] {new double[9][2]}, random)[0];
      own[0] = Gradients.product(factor, false, plane, false);
    }
    GradiVeqSettings settings = new GradiVeqSettings(6, 1, 3, 8, 0.99999, false);
    try (GradientExchange exchange = open(settings, given[0], 2)) {
      gradients.exchange(exchange, 0, given);
      ExchangeCost cost = new ExchangeCost(gradients.device, 2);
      double[][] actual = gradients.exchange(exchange, 1, given, cost)[0];
      assertEquals(4 * 9 * 2, cost.payloadBytes());
      assertEquals(0, Gradients.distance(Gradients.mean(given)[0], actual), 1e-5);
    }
  }

  @Test
  void nothingIsLostWithFeedback() {
    SplittableRandom random = new SplittableRandom(4);
    GradiVeqSettings settings = new GradiVeqSettings(4, 2, 3, 2, 0, true);
    try (GradientExchange exchange = open(settings, SHAPES, 2)) {
      double[][] should = new double[6][8];
      double[][] is = new double[6][8];
      for (int step = 0; step < 9; step++) {
        double[][][][] given = Gradients.random(2, SHAPES, random);
        Gradients.add(1, Gradients.mean(given)[0], should);
        Gradients.add(1, gradients.exchange(exchange, step, given)[0], is);
        if (step == 5) {
          assertEquals(0, Gradients.distance(should, is), 1e-5, "sent whole after a cycle");
        }
      }
      assertTrue(Gradients.distance(should, is) > 0.1);
      for (int w = 0; w < 2; w++) {
        double[] left = exchange.state().get(3 + 2 * w).toDoubles();
        for (int i = 0; i < left.length; i++) {
          is[i / 8][i % 8] += left[i] / 2;
        }
      }
      assertEquals(0, Gradients.distance(should, is), 1e-5);
    }
  }

  /** No directions can be learnt of zeros: gradients are sent as they are until the next cycle. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void zerosTeachNothing(boolean feedback) {
    double[][][] zeros = Gradients.mean(new double[][][][] {SHAPES});
    GradiVeqSettings settings = new GradiVeqSettings(4, 1, 4, 2, 0, feedback);
    try (GradientExchange exchange = open(settings, SHAPES, 1)) {
      gradients.exchange(exchange, 0, new double[][][][] {zeros});
      for (int step = 1; step < 3; step++) {
        double[][][][] given = Gradients.random(1, SHAPES, new SplittableRandom(step));
        double[][] actual = gradients.exchange(exchange, step, given)[0];
        assertEquals(0, Gradients.distance(given[0][0], actual), 1e-6);
      }
    }
  }

  @Test
  void aSavedStateGoesOn() {
    for (int saved = 1; saved < 5; saved++) {
      SplittableRandom random = new SplittableRandom(5);
      GradiVeqSettings settings = new GradiVeqSettings(4, 2, 2, 2, 0, true);
      try (GradientExchange whole = open(settings, SHAPES, 2);
          GradientExchange resumed = open(settings, SHAPES, 2)) {
        for (int step = 0; step < saved; step++) {
          gradients.exchange(whole, step, Gradients.random(2, SHAPES, random));
        }
        for (int i = 0; i < whole.state().size(); i++) {
          float[] values = whole.state().get(i).toFloats();
          resumed.state().get(i).write(0, values, 0, values.length);
        }
        for (int step = saved; step < 6; step++) {
          double[][][][] given = Gradients.random(2, SHAPES, random);
          double[][][] expected = gradients.exchange(whole, step, given);
          double[][][] actual = gradients.exchange(resumed, step, given);
          assertEquals(0, Gradients.distance(expected[0], actual[0]));
        }
      }
    }
  }

  @Test
  void slicesAreDivisorsOfARow() {
    GradiVeqSettings settings = new GradiVeqSettings(768, 10, 90, 8, 0, false);
    int[][] lengths = {
      {384, 384}, {1536, 768}, {2304, 768}, {3072, 768}, {30522, 0}, {8, 8}, {2, 0}
    };
    for (int[] length : lengths) {
      double[][][] shape = {new double[2][length[0]]};
      assertEquals(length[1], settings.length(gradients.parts(shape).get(0)));
    }
  }

  @Test
  void numbersOutOfRangeAreRefused() {
    assertThrows(InputException.class, () -> new GradiVeqSettings(1, 1, 1, 2, 0, false));
    assertThrows(InputException.class, () -> new GradiVeqSettings(4, 0, 1, 2, 0, false));
    assertThrows(InputException.class, () -> new GradiVeqSettings(4, 1, 1, 2, 1.5, false));
  }
}
