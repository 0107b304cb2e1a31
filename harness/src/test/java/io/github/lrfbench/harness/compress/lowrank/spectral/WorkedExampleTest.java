package io.github.lrfbench.harness.compress.lowrank.spectral;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.compress.lowrank.MatrixCase;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Scope;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The methods on a matrix of [4, 3] and six inputs whose results were computed elsewhere. */
class WorkedExampleTest {
  private static final float[] W = {2, -1, 0, 1, 3, -2, 0, 1, 4, -1, 2, 1};
  private static final double[] BIAS = {0.5, -1, 0, 2};
  private static final double[][] X = {
    {1, 2, -1, 0, 3, 1}, {4, 0, 2, -3, 1, 5}, {0, 1, 1, 2, -1, 0}
  };

  /** Six decimals are given. */
  private static final double DECIMALS = 1e-6;

  private Device device;
  private Scope scope;
  private MatrixCase example;

  /** Where the methods run. */
  String kind() {
    return "cpu";
  }

  @BeforeEach
  void open() {
    device = Devices.open(kind(), new DeviceOptions(1), line -> {});
    scope = device.openScope();
    example = MatrixCase.of(scope, W, 4, 3).with(X);
  }

  @AfterEach
  void close() {
    example.closeMoments();
    scope.close();
    device.close();
  }

  @ParameterizedTest
  @CsvSource({
    "svd, 1, 893.342528",
    "svd, 2, 91.211212",
    "drone, 1, 225.570283",
    "drone, 2, 65.382234",
    "drone:form=literal, 1, 225.570283",
    "drone:form=literal, 2, 65.382234",
    "svdllm, 1, 225.570283",
    "svdllm, 2, 65.382234",
    "svdllm:whitening=eigen, 1, 225.570283",
    "svdllm:whitening=eigen, 2, 65.382234",
    "dalr:lambda=0, 1, 225.570283",
    "dalr:lambda=0, 2, 65.382234",
    "asvd, 1, 262.207487",
    "asvd, 2, 77.648248",
    "asvd:alpha=1, 1, 257.093740",
    "asvd:alpha=1, 2, 67.726236",
    "asvd:alpha=1:scale=rms, 1, 257.206055",
    "asvd:alpha=1:scale=rms, 2, 69.301163",
    "asvd:alpha=0, 1, 893.342528",
    "nsvd:first=1, 2, 65.382234",
    "nsvd:first=0.5, 2, 72.346451",
    "nsvd:first=0, 2, 91.211212"
  })
  void errorsOfOutputs(String method, int rank, double expected) {
    double error = Errors.ofOutputs(W, example.product(method, rank), X);
    assertEquals(expected, error, tolerance(method) * expected);
  }

  @ParameterizedTest
  @CsvSource({"drone, 6.738380", "nsvd:first=0.5, 5.572296", "svd, 5.322592"})
  void errorsOfWeightsAtRankTwo(String method, double expected) {
    assertEquals(expected, Errors.ofWeights(W, example.product(method, 2)), 1e-5 * expected);
  }

  @ParameterizedTest
  @CsvSource({
    "svd, 1, 1, 0.394150 -0.059872 -2.027422",
    "drone, 1, 1, 0.114978 3.324748 -0.673861",
    "drone, 2, 0, 0.496478 -0.860736 -1.329825",
    "asvd, 1, 1, -0.251656 2.931017 0.050045",
    "lord, 1, 1, 0.037633 3.263296 -1.226889"
  })
  void rowsOfProducts(String method, int rank, int row, String expected) {
    double[] numbers =
        Arrays.stream(expected.split(" ")).mapToDouble(Double::parseDouble).toArray();
    assertArrayEquals(
        numbers, example.product(method, rank)[row], method.equals("svd") ? 1e-5 : DECIMALS);
  }

  @ParameterizedTest
  @CsvSource({
    "svd, 1, 20.416771",
    "svd, 2, 5.322592",
    "drone, 1, 225.570283",
    "svdllm, 1, 225.570283",
    "svdllm, 2, 65.382234",
    "lord, 1, 152.746970",
    "lord, 2, 7.669267"
  })
  void droppedSingularValuesAreTheErrorInTheMethodsMetric(
      String method, int rank, double expected) {
    double predicted = example.predictedError(method, rank);
    assertEquals(expected, predicted * predicted, 1e-5 * expected);
  }

  @ParameterizedTest
  @CsvSource({
    "svd, 1, 674.605761",
    "svd, 2, 43.513561",
    "drone, 1, 168.725613",
    "drone, 2, 27.035341",
    "lord, 1, 152.746970",
    "lord, 2, 7.669267"
  })
  void errorsOfOutputsWithACompensatedBias(String method, int rank, double expected) {
    double[][] product = example.product(method, rank);
    double error = Errors.ofCentredOutputs(W, product, X);
    assertEquals(expected, error, tolerance(method) * expected);
    double before = Errors.ofOutputs(W, product, X);
    double[] shift = Errors.ofMean(W, product, X);
    double squares = Arrays.stream(shift).map(value -> value * value).sum();
    assertEquals(before - error, 6 * squares, 1e-6 * before);
  }

  @Test
  void biasesAreThoseOfTheMeanInput() {
    assertArrayEquals(new double[] {1.140926, 4.209368, 2.142607, 4.077754}, bias("svd"), 2e-5);
    assertArrayEquals(
        new double[] {2.045522, -0.819132, 3.537942, 2.479561}, bias("lord"), DECIMALS);
  }

  private double[] bias(String method) {
    double[] bias = Errors.ofMean(W, example.product(method, 1), X);
    for (int i = 0; i < bias.length; i++) {
      bias[i] += BIAS[i];
    }
    return bias;
  }

  @ParameterizedTest
  @CsvSource({
    "false, 1, 293.657037",
    "true, 1, 293.618631",
    "false, 2, 193.913516",
    "true, 2, 192.608214"
  })
  void ridgeObjective(boolean exact, int rank, double expected) {
    // An absolute 5; the mean of the Gram matrix's diagonal is 26.
    String method = "dalr:lambda=" + 5.0 / 26 + ":exact=" + exact;
    double[][] product = example.product(method, rank);
    double size = 0;
    for (double[] row : product) {
      for (double value : row) {
        size += 5 * value * value;
      }
    }
    assertEquals(expected, Errors.ofOutputs(W, product, X) + size, 1e-6 * expected);
  }

  @Test
  void whiteningFormsGiveTheSameMatrix() {
    for (int rank = 1; rank <= 2; rank++) {
      double[][] drone = example.product("drone", rank);
      for (String other :
          new String[] {
            "drone:form=literal", "svdllm", "svdllm:whitening=eigen", "dalr:lambda=0"
          }) {
        Errors.assertEqual(drone, example.product(other, rank), 1e-12, other);
      }
    }
  }

  @Test
  void singularGramMatrices() {
    double[][] two = {{1, 2}, {4, 0}, {0, 1}};
    MatrixCase singular = MatrixCase.of(scope, W, 4, 3).with(two);
    try {
      for (String method :
          new String[] {"drone", "drone:form=literal", "svdllm:whitening=eigen", "svdllm"}) {
        double expected = 32.995122;
        double error = Errors.ofOutputs(W, singular.product(method, 1), two);
        assertEquals(expected, error, 1e-5 * expected, method);
      }
      assertEquals(237.849973, Errors.ofOutputs(W, singular.product("drone", 1), X), 1e-5);
      assertEquals(
          238.199490, Errors.ofOutputs(W, singular.product("svdllm:whitening=eigen", 1), X), 1e-5);
      assertEquals(237.849972, Errors.ofOutputs(W, singular.product("svdllm", 1), X), 1e-4);
      assertEquals(1e-6, singular.diagnostics("svdllm", 1).ridge());
      assertTrue(singular.diagnostics("svdllm", 1).note().contains("ridge"));
      assertTrue(
          singular
              .diagnostics("svdllm:whitening=eigen", 1)
              .note()
              .contains("the inputs span 2 of 3 directions"));
    } finally {
      singular.closeMoments();
    }
  }

  /** Plain SVD of F32 weights computes in F32 where that is within its tolerance. */
  private static double tolerance(String method) {
    return method.equals("svd") ? 1e-5 : 1e-7;
  }
}
