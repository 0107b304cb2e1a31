package io.github.lrfbench.harness.exchange;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PowerSgdTest {
  private static final double[][][] SHAPES = {
    new double[7][5], new double[4][9], new double[1][6], new double[6][6]
  };

  private final Gradients gradients = new Gradients(device());

  String device() {
    return "cpu";
  }

  @AfterEach
  void close() {
    gradients.close();
  }

  private static PowerSgdSettings settings(int rank, boolean feedback, boolean local) {
    return new PowerSgdSettings(rank, true, feedback, local, 0.5, 0);
  }

  private GradientExchange open(PowerSgdSettings settings, double[][][] shapes, int workers) {
    return settings.open(gradients.device, gradients.parts(shapes), workers, 3);
  }

  /** The worked numbers of the notes. */
  @Test
  void aStepOnAMatrixOfTwoRows() {
    double[][][][] workers = {{{{1, 2}, {3, 4}}}, {{{1, 0}, {1, 2}}}};
    double[][] mean = {{1, 1}, {2, 3}};
    try (GradientExchange exchange = open(settings(1, false, false), workers[0], 2)) {
      Tensor right = exchange.state().get(0);
      right.write(0, new double[] {1, 0}, 0, 2);
      double[][] result = gradients.exchange(exchange, 0, workers)[0];
      assertArrayEquals(new double[] {1, 1.4}, result[0], 1e-6);
      assertArrayEquals(new double[] {2, 2.8}, result[1], 1e-6);
      assertArrayEquals(new double[] {2.236068, 3.130495}, right.toDoubles(), 1e-6);
      assertEquals(0.447214, Gradients.distance(mean, result), 1e-6);
      for (int step = 1; step < 10; step++) {
        result = gradients.exchange(exchange, step, workers)[0];
      }
      assertEquals(0.258777, Gradients.distance(mean, result), 1e-6);
    }
  }

  /** The algorithm for one matrix, in loops in double precision. */
  private static double[][] reference(
      double[][][] given, double[][][] errors, double[][][] right, boolean local) {
    int workers = given.length;
    double[][] p = null;
    for (int w = 0; w < workers; w++) {
      Gradients.add(1, given[w], errors[w]);
      double[][] share = Gradients.product(errors[w], false, right[0], false);
      p = p == null ? new double[share.length][share[0].length] : p;
      Gradients.add(1.0 / workers, share, p);
    }
    Gradients.orthonormalize(p);
    double[][][] shares = new double[workers][][];
    right[0] = new double[right[0].length][right[0][0].length];
    for (int w = 0; w < workers; w++) {
      shares[w] = Gradients.product(errors[w], true, p, false);
      Gradients.add(1.0 / workers, shares[w], right[0]);
    }
    double[][] result = Gradients.product(p, false, right[0], true);
    for (int w = 0; w < workers; w++) {
      double[][] taken = local ? Gradients.product(p, false, shares[w], true) : result;
      Gradients.add(-1, taken, errors[w]);
    }
    return result;
  }

  @ParameterizedTest
  @CsvSource({
    "1, false, F64, 1e-9",
    "2, false, F64, 1e-9",
    "2, true, F64, 1e-9",
    "3, true, F64, 1e-9",
    "2, false, F32, 1e-3",
    "1, true, F32, 1e-3"
  })
  void tenStepsAreThoseOfLoopsInDoublePrecision(
      int rank, boolean local, DType dtype, double tolerance) {
    try (Gradients numbers = new Gradients(device(), dtype)) {
      tenSteps(numbers, settings(rank, true, local), tolerance);
    }
  }

  private static void tenSteps(Gradients numbers, PowerSgdSettings settings, double tolerance) {
    int workers = 3;
    SplittableRandom random = new SplittableRandom(5);
    int[] matrices = {0, 1, 3};
    double[][][][] right = new double[SHAPES.length][1][][];
    double[][][][] errors = new double[SHAPES.length][workers][][];
    try (GradientExchange exchange =
        settings.open(numbers.device, numbers.parts(SHAPES), workers, 3)) {
      List<Tensor> state = exchange.state();
      assertEquals(matrices.length * (1 + workers), state.size());
      for (int i = 0; i < matrices.length; i++) {
        int part = matrices[i];
        int cols = SHAPES[part][0].length;
        right[part][0] =
            Gradients.random(new double[][][] {new double[cols][settings.rank()]}, random)[0];
        for (int w = 0; w < workers; w++) {
          errors[part][w] = new double[SHAPES[part].length][cols];
        }
        double[] flat = Arrays.stream(right[part][0]).flatMapToDouble(Arrays::stream).toArray();
        state.get(i).write(0, flat, 0, flat.length);
      }
      for (int step = 0; step < 10; step++) {
        double[][][][] given = Gradients.random(workers, SHAPES, random);
        double[][][] actual = numbers.exchange(exchange, step, given);
        assertTrue(Gradients.distance(Gradients.mean(given)[2], actual[2]) < 1e-6);
        for (int part : matrices) {
          double[][][] own = Arrays.stream(given).map(all -> all[part]).toArray(double[][][]::new);
          double[][] expected = reference(own, errors[part], right[part], settings.localResidual());
          double distance = Gradients.distance(expected, actual[part]);
          assertTrue(distance < tolerance, "step " + step + ", part " + part + ": " + distance);
        }
      }
      for (int w = 0; w < workers; w++) {
        double[] last = state.get(matrices.length * (1 + w)).toDoubles();
        double[] expected = Arrays.stream(errors[0][w]).flatMapToDouble(Arrays::stream).toArray();
        assertArrayEquals(expected, last, tolerance);
      }
    }
  }

  /** What was sent and what is left add up to all gradients; both kinds of errors have one mean. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void nothingIsLostWithFeedback(boolean local) {
    int workers = 4;
    SplittableRandom random = new SplittableRandom(6);
    try (GradientExchange exchange = open(settings(1, true, local), SHAPES, workers)) {
      double[][] should = new double[7][5];
      double[][] is = new double[7][5];
      for (int step = 0; step < 12; step++) {
        double[][][][] given = Gradients.random(workers, SHAPES, random);
        Gradients.add(1, Gradients.mean(given)[0], should);
        Gradients.add(1, gradients.exchange(exchange, step, given)[0], is);
      }
      assertTrue(Gradients.distance(should, is) > 0.1);
      for (int w = 0; w < workers; w++) {
        double[] left = exchange.state().get(3 * (1 + w)).toDoubles();
        for (int i = 0; i < left.length; i++) {
          is[i / 5][i % 5] += left[i] / workers;
        }
      }
      assertEquals(0, Gradients.distance(should, is), 1e-5);
    }
  }

  /** All is linear in the gradients but the errors' places. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void oneWorkerWithTheMeanIsAShortcut(boolean feedback) {
    SplittableRandom random = new SplittableRandom(7);
    try (GradientExchange many = open(settings(2, feedback, false), SHAPES, 5);
        GradientExchange one = open(settings(2, feedback, false), SHAPES, 1)) {
      for (int step = 0; step < 6; step++) {
        double[][][][] given = Gradients.random(5, SHAPES, random);
        double[][][] expected = gradients.exchange(many, step, given);
        double[][][] actual =
            gradients.exchange(one, step, new double[][][][] {Gradients.mean(given)});
        for (int part = 0; part < SHAPES.length; part++) {
          assertEquals(0, Gradients.distance(expected[part], actual[part]), 1e-5);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void zeroGradientsStopNothing(int rank) {
    SplittableRandom random = new SplittableRandom(8);
    try (GradientExchange exchange = open(settings(rank, true, false), SHAPES, 2)) {
      double[][][] zeros = Gradients.mean(new double[][][][] {SHAPES});
      double[][][] nothing = gradients.exchange(exchange, 0, new double[][][][] {zeros, zeros});
      assertEquals(0, Gradients.distance(zeros[0], nothing[0]));
      double[][][][] given = Gradients.random(2, SHAPES, random);
      double[][] sent = gradients.exchange(exchange, 1, given)[0];
      double norm = Gradients.distance(zeros[0], sent);
      assertTrue(norm > 0.1 && Double.isFinite(norm), "norm " + norm);
    }
  }

  @Test
  void aRankBeyondTheSidesLosesNothing() {
    double[][][][] given = Gradients.random(2, SHAPES, new SplittableRandom(9));
    PowerSgdSettings all = new PowerSgdSettings(50, true, true, false, 0, 0);
    try (GradientExchange exchange = open(all, SHAPES, 2)) {
      double[][][] actual = gradients.exchange(exchange, 0, given);
      for (int part = 0; part < SHAPES.length; part++) {
        assertEquals(0, Gradients.distance(Gradients.mean(given)[part], actual[part]), 1e-5);
      }
    }
  }

  @Test
  void whatIsNotWorthItIsSentAsItIs() {
    double[][][][] given = Gradients.random(2, SHAPES, new SplittableRandom(10));
    // 7 x 5 at rank 1: 35 / 12; 4 x 9: 36 / 13; 6 x 6: 3.
    PowerSgdSettings few = new PowerSgdSettings(1, true, false, false, 2.95, 1);
    try (GradientExchange exchange = open(few, SHAPES, 2)) {
      ExchangeCost whole = new ExchangeCost(gradients.device, 2);
      double[][][] first = gradients.exchange(exchange, 0, given, whole);
      assertEquals(0, Gradients.distance(Gradients.mean(given)[3], first[3]), 1e-6);
      assertEquals(List.of(4L * (35 + 36 + 6 + 36)), whole.payloads());
      ExchangeCost cost = new ExchangeCost(gradients.device, 2);
      double[][][] second = gradients.exchange(exchange, 1, given, cost);
      assertEquals(0, Gradients.distance(Gradients.mean(given)[0], second[0]), 1e-6);
      assertTrue(Gradients.distance(Gradients.mean(given)[3], second[3]) > 0.1);
      assertEquals(List.of(4L * (6 + 35 + 36 + 6), 4L * 6), cost.payloads());
    }
  }

  /** The figure of the notes: 153.6 times fewer numbers at rank 4. */
  @Test
  void aMatrixOfBertIsSentInAHundredthAndAHalf() {
    double[][][] shape = {new double[768][3072]};
    ExchangeCost cost = new ExchangeCost(gradients.device, 2);
    PowerSgdSettings four = new PowerSgdSettings(4, true, false, false, 2, 0);
    try (GradientExchange exchange = open(four, shape, 1)) {
      gradients.exchange(exchange, 0, new double[][][][] {shape}, cost);
    }
    assertEquals(153.6, 4.0 * 768 * 3072 / cost.payloadBytes(), 1e-9);
  }

  @Test
  void withoutAWarmStartEveryStepDrawsAnew() {
    double[][][][] given = Gradients.random(1, SHAPES, new SplittableRandom(11));
    double[][][] results = new double[3][][];
    PowerSgdSettings cold = new PowerSgdSettings(1, false, false, false, 0.5, 0);
    for (int turn = 0; turn < 3; turn++) {
      try (GradientExchange exchange = open(cold, SHAPES, 1)) {
        results[turn] = gradients.exchange(exchange, turn / 2, given)[0];
      }
    }
    assertEquals(0, Gradients.distance(results[0], results[1]));
    assertTrue(Gradients.distance(results[0], results[2]) > 1e-3);
  }

  @Test
  void aSavedStateGoesOn() {
    SplittableRandom random = new SplittableRandom(12);
    try (GradientExchange whole = open(settings(2, true, false), SHAPES, 2);
        GradientExchange resumed = open(settings(2, true, false), SHAPES, 2)) {
      for (int step = 0; step < 4; step++) {
        gradients.exchange(whole, step, Gradients.random(2, SHAPES, random));
      }
      for (int i = 0; i < whole.state().size(); i++) {
        float[] values = whole.state().get(i).toFloats();
        resumed.state().get(i).write(0, values, 0, values.length);
      }
      double[][][][] given = Gradients.random(2, SHAPES, random);
      double[][][] expected = gradients.exchange(whole, 4, given);
      double[][][] actual = gradients.exchange(resumed, 4, given);
      for (int part = 0; part < SHAPES.length; part++) {
        assertEquals(0, Gradients.distance(expected[part], actual[part]));
      }
    }
  }

  @Test
  void numbersOutOfRangeAreRefused() {
    assertThrows(InputException.class, () -> new PowerSgdSettings(0, true, true, false, 2, 0));
    assertThrows(
        InputException.class, () -> new PowerSgdSettings(1, true, true, false, Double.NaN, 0));
  }
}
