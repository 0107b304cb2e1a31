package io.github.lrfbench.harness.exchange;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.lrfbench.kernels.Matrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RingTest {
  private static final double[][][] SHAPES = {
    new double[5][7], new double[3][4], new double[1][11], new double[6][1], new double[1][1]
  };

  private final Gradients gradients = new Gradients(device());

  String device() {
    return "cpu";
  }

  @AfterEach
  void close() {
    gradients.close();
  }

  /** Every bit: the sum of a chunk begins at the worker of its number and goes around. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 8, 100})
  void numbersAreAddedAsTheyComeAround(int workers) {
    double[][][][] given = Gradients.random(workers, SHAPES, new SplittableRandom(workers));
    List<float[]> flat = new ArrayList<>();
    for (double[][][] own : given) {
      double[] all =
          Arrays.stream(own).flatMap(Arrays::stream).flatMapToDouble(Arrays::stream).toArray();
      float[] floats = new float[all.length];
      for (int i = 0; i < all.length; i++) {
        floats[i] = (float) all[i];
      }
      flat.add(floats);
    }
    int total = flat.get(0).length;
    double[] expected = new double[total];
    for (int c = 0; c < workers; c++) {
      for (int i = total * c / workers; i < total * (c + 1) / workers; i++) {
        float sum = flat.get(c)[i];
        for (int pass = 1; pass < workers; pass++) {
          sum += flat.get((c + pass) % workers)[i];
        }
        expected[i] = workers == 1 ? sum : (float) (sum * (1.0 / workers));
      }
    }
    GradientExchange exchange =
        GradientCompression.NONE.open(gradients.device, List.of(), workers, 0);
    double[][][] actual = gradients.exchange(exchange, 0, given);
    assertArrayEquals(
        expected,
        Arrays.stream(actual).flatMap(Arrays::stream).flatMapToDouble(Arrays::stream).toArray(),
        workers == 1 ? 0 : 1e-7);
  }

  @ParameterizedTest
  @CsvSource({"1, 0", "2, 1", "4, 1.5", "8, 1.75"})
  void aWorkerSendsItsShareOfThePayload(int workers, double factor) {
    ExchangeCost cost = new ExchangeCost(gradients.device, workers);
    List<Matrix> parts = gradients.parts(SHAPES);
    List<List<Matrix>> all = new ArrayList<>();
    for (int i = 0; i < workers; i++) {
      all.add(gradients.parts(SHAPES));
    }
    new Ring(workers).mean(all, parts, cost);
    assertEquals(4 * (35 + 12 + 11 + 6 + 1), cost.payloadBytes());
    assertEquals(factor * cost.payloadBytes(), cost.sentBytes());
  }

  @Test
  void anEmptyRingSendsNothing() {
    ExchangeCost cost = new ExchangeCost(gradients.device, 2);
    new Ring(2).mean(List.of(List.of(), List.of()), List.of(), cost);
    assertEquals(0, cost.payloadBytes());
  }
}
