package io.github.lrfbench.kernels.svd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every algorithm owes: optimality, orthonormality, exact bookkeeping, clean failures. */
class TruncatedSvdTest {
  private static Device device;
  private Scope scope;

  @BeforeAll
  static void openDevice() {
    device = Devices.open("cpu", new DeviceOptions(2), line -> {});
  }

  @AfterAll
  static void closeDevice() {
    device.close();
  }

  @BeforeEach
  void openScope() {
    scope = device.openScope();
  }

  @AfterEach
  void closeScope() {
    scope.close();
  }

  private static TruncatedSvd svd(SvdAlgorithm algorithm) {
    return new TruncatedSvd(device, SvdOptions.of(algorithm));
  }

  static Stream<Arguments> optimalAlgorithmsAndShapes() {
    int[][] shapes = {
      {1, 1}, {1, 7}, {7, 1}, {2, 2}, {5, 3}, {3, 5}, {17, 33}, {64, 64}, {130, 70}, {70, 131}
    };
    List<Arguments> cases = new ArrayList<>();
    for (SvdAlgorithm algorithm :
        List.of(SvdAlgorithm.EXACT, SvdAlgorithm.GRAM, SvdAlgorithm.AUTO)) {
      for (DType dtype : List.of(DType.F32, DType.F64)) {
        for (int[] shape : shapes) {
          cases.add(Arguments.of(algorithm, dtype, shape[0], shape[1]));
        }
      }
    }
    return cases.stream();
  }

  @ParameterizedTest
  @MethodSource("optimalAlgorithmsAndShapes")
  void everyRankIsOptimal(SvdAlgorithm algorithm, DType dtype, int m, int n) {
    Matrix w = Matrices.gaussian(scope, dtype, m, n, 31L * m + n);
    double[] dense = Matrices.read(w);
    double[] sigma = ReferenceSvd.singularValues(dense, m, n);
    double norm = Matrices.norm(dense);
    double tolerance = dtype == DType.F64 ? 1e-12 : 2e-6;
    for (int rank : new int[] {1, 2, sigma.length / 3, sigma.length - 1, sigma.length}) {
      if (rank < 1 || rank > sigma.length) {
        continue;
      }
      SvdFactors factors = svd(algorithm).factor(scope, w, rank);
      double optimum = ReferenceSvd.tail(sigma, rank);
      double error = Matrices.distance(dense, Matrices.product(factors));
      assertEquals(rank, factors.rank());
      assertEquals(dtype, factors.u().dtype());
      assertEquals(optimum, error, tolerance * norm, "error at rank " + rank);
      assertEquals(error, factors.measureError(w), 1e-12 * norm, "measured at rank " + rank);
      assertEquals(optimum, factors.error(), rank == sigma.length ? 0 : tolerance * norm);
      assertEquals(factors.error(), factors.optimalError());
      assertArrayEquals(Arrays.copyOf(sigma, rank), factors.singularValues(), tolerance * sigma[0]);
      assertTrue(Matrices.orthonormalityDefect(factors.vt()) < tolerance);
      Matrix ut = Matrix.of(scope.allocate(dtype, rank, m));
      device.blas().transpose(factors.u(), ut);
      assertTrue(Matrices.orthonormalityDefect(ut) < 100 * tolerance);
      assertEquals(1 - Math.pow(optimum / norm, 2), factors.energyKept(), 10 * tolerance);
    }
    assertArrayEquals(dense, Matrices.read(w), "the input is not modified");
  }

  @ParameterizedTest
  @EnumSource(SvdAlgorithm.class)
  void fixtureHasItsPublishedErrors(SvdAlgorithm algorithm) {
    Matrix w = Matrices.of(scope, DType.F64, 4, 3, Matrices.FX1);
    SvdFactors one = svd(algorithm).factor(scope, w, 1);
    SvdFactors two = svd(algorithm).factor(scope, w, 2);
    assertEquals(20.416771, Math.pow(one.measureError(w), 2), 1e-5);
    assertEquals(5.322592, Math.pow(two.measureError(w), 2), 1e-5);
    assertEquals(893.342528, outputError(one), 1e-3);
    assertEquals(91.211212, outputError(two), 1e-4);
    double[] product = Matrices.product(one);
    assertArrayEquals(
        new double[] {0.394150, -0.059872, -2.027422}, Arrays.copyOfRange(product, 3, 6), 1e-6);
    assertEquals(0.513886, one.energyKept(), 1e-6);
    assertEquals(0.873272, two.energyKept(), 1e-6);
  }

  /** ‖(W - Ŵ) X‖² for the fixture's inputs X. */
  private static double outputError(SvdFactors factors) {
    double[][] x = {{1, 2, -1, 0, 3, 1}, {4, 0, 2, -3, 1, 5}, {0, 1, 1, 2, -1, 0}};
    double[] product = Matrices.product(factors);
    double sum = 0;
    for (int i = 0; i < 4; i++) {
      for (int t = 0; t < 6; t++) {
        double y = 0;
        for (int j = 0; j < 3; j++) {
          y += (Matrices.FX1[3 * i + j] - product[3 * i + j]) * x[j][t];
        }
        sum += y * y;
      }
    }
    return sum;
  }

  @ParameterizedTest
  @EnumSource(SigmaSplit.class)
  void splitsShareTheProduct(SigmaSplit split) {
    Matrix w = Matrices.gaussian(scope, DType.F64, 20, 12, 5);
    SvdFactors factors = svd(SvdAlgorithm.GRAM).factor(scope, w, 7);
    LowRankFactors pair = factors.split(scope, split);
    Matrix product = Matrix.of(scope.allocate(DType.F64, 20, 12));
    pair.multiply(product);
    assertArrayEquals(Matrices.product(factors), Matrices.read(product), 1e-12);
    Matrix upGram = Matrix.of(scope.allocate(DType.F64, 7, 7));
    Matrix downGram = Matrix.of(scope.allocate(DType.F64, 7, 7));
    device.blas().syrk(false, pair.up(), upGram);
    device.blas().syrk(true, pair.down(), downGram);
    double[] s = factors.singularValues();
    for (int i = 0; i < 7; i++) {
      for (int j = 0; j < 7; j++) {
        double up = split == SigmaSplit.BOTH ? s[i] : split == SigmaSplit.UP ? s[i] * s[i] : 1;
        double down = split == SigmaSplit.BOTH ? s[i] : split == SigmaSplit.UP ? 1 : s[i] * s[i];
        assertEquals(i == j ? up : 0, Matrices.read(upGram)[7 * i + j], 1e-11);
        assertEquals(i == j ? down : 0, Matrices.read(downGram)[7 * i + j], 1e-11);
      }
    }
  }

  @Test
  void gramAndExactGiveTheSameProduct() {
    for (int[] shape : new int[][] {{90, 60}, {60, 90}, {80, 80}}) {
      Matrix w = Matrices.gaussian(scope, DType.F64, shape[0], shape[1], 77);
      for (int rank : new int[] {1, 20, 59}) {
        double[] exact = Matrices.product(svd(SvdAlgorithm.EXACT).factor(scope, w, rank));
        double[] gram = Matrices.product(svd(SvdAlgorithm.GRAM).factor(scope, w, rank));
        assertTrue(Matrices.distance(exact, gram) < 1e-8 * Matrices.norm(exact));
      }
    }
  }

  @Test
  void cuttingEqualsComputingAtTheSmallerRank() {
    Matrix w = Matrices.gaussian(scope, DType.F64, 40, 30, 9);
    SvdFactors large = svd(SvdAlgorithm.GRAM).factor(scope, w, 25);
    double previous = Double.POSITIVE_INFINITY;
    for (int rank = 1; rank <= 25; rank++) {
      SvdFactors cut = large.truncate(rank);
      SvdFactors small = svd(SvdAlgorithm.GRAM).factor(scope, w, rank);
      assertEquals(small.measureError(w), cut.measureError(w), 1e-10);
      assertEquals(small.error(), cut.error(), 1e-10);
      assertTrue(cut.measureError(w) <= previous);
      previous = cut.measureError(w);
      assertEquals(rank, cut.split(scope, SigmaSplit.BOTH).rank());
    }
    assertThrows(IllegalArgumentException.class, () -> large.truncate(26));
    assertThrows(IllegalArgumentException.class, () -> large.truncate(0));
  }

  @ParameterizedTest
  @EnumSource(SvdAlgorithm.class)
  void ranksBeyondTheMatrixGiveTheWholeMatrix(SvdAlgorithm algorithm) {
    for (int[] shape : new int[][] {{6, 4}, {4, 6}, {1, 1}}) {
      Matrix w = Matrices.gaussian(scope, DType.F64, shape[0], shape[1], 3);
      SvdFactors factors = svd(algorithm).factor(scope, w, 100);
      assertEquals(Math.min(shape[0], shape[1]), factors.rank());
      assertTrue(factors.measureError(w) < 1e-13);
      assertEquals(1, factors.energyKept());
      assertEquals(0, factors.optimalError());
    }
  }

  @ParameterizedTest
  @EnumSource(SvdAlgorithm.class)
  void rankDeficientMatricesAreReproduced(SvdAlgorithm algorithm) {
    double[] values = {5, 3, 1};
    for (int[] shape : new int[][] {{100, 80}, {80, 100}}) {
      for (DType dtype : List.of(DType.F32, DType.F64)) {
        Matrix w = Matrices.withSpectrum(scope, dtype, shape[0], shape[1], values, 1);
        SvdFactors factors = svd(algorithm).factor(scope, w, 20);
        double tolerance = dtype == DType.F64 ? 1e-13 : 1e-5;
        assertTrue(factors.measureError(w) < tolerance, () -> "error " + factors.measureError(w));
        double[] s = factors.singularValues();
        assertArrayEquals(values, Arrays.copyOf(s, 3), tolerance);
        for (int i = 3; i < s.length; i++) {
          assertTrue(s[i] < tolerance && s[i] <= s[i - 1]);
        }
        assertTrue(Arrays.stream(Matrices.read(factors.u())).allMatch(Double::isFinite));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(SvdAlgorithm.class)
  void zerosGiveZeros(SvdAlgorithm algorithm) {
    Matrix w = Matrix.of(scope.zeros(DType.F32, 9, 5));
    SvdFactors factors = svd(algorithm).factor(scope, w, 3);
    assertEquals(3, factors.rank());
    assertEquals(0, Matrices.norm(Matrices.product(factors)));
    assertArrayEquals(new double[3], factors.singularValues());
    assertEquals(0, factors.error());
    assertEquals(0, factors.measureError(w));
    assertEquals(1, factors.energyKept());
  }

  @ParameterizedTest
  @EnumSource(SvdAlgorithm.class)
  void emptyMatricesHaveRankZero(SvdAlgorithm algorithm) {
    for (long[] shape : new long[][] {{0, 5}, {5, 0}, {0, 0}}) {
      Matrix w = Matrix.of(scope.zeros(DType.F32, shape));
      SvdFactors factors = svd(algorithm).factor(scope, w, 2);
      assertEquals(0, factors.rank());
      assertEquals(w.rows(), factors.rows());
      assertEquals(0, factors.measureError(w));
    }
  }

  @ParameterizedTest
  @EnumSource(SvdAlgorithm.class)
  void equalSingularValuesAreNoProblem(SvdAlgorithm algorithm) {
    double[] identity = new double[70 * 70];
    for (int i = 0; i < 70; i++) {
      identity[71 * i] = 1;
    }
    Matrix w = Matrices.of(scope, DType.F32, 70, 70, identity);
    SvdFactors factors = svd(algorithm).factor(scope, w, 30);
    assertEquals(Math.sqrt(40), factors.measureError(w), 1e-5);
    double[] ones = new double[90];
    Arrays.fill(ones, 2);
    Matrix scaledRotation = Matrices.withSpectrum(scope, DType.F64, 90, 90, ones, 4);
    SvdFactors rotated = svd(algorithm).factor(scope, scaledRotation, 45);
    assertEquals(2 * Math.sqrt(45), rotated.measureError(scaledRotation), 1e-8);
    assertTrue(Matrices.orthonormalityDefect(rotated.vt()) < 1e-10);
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-300, 1e-160, 1e-30, 1e30, 1e160, 1e300})
  void scaleDoesNotMatter(double scale) {
    for (SvdAlgorithm algorithm : SvdAlgorithm.values()) {
      DType dtype = Math.abs(Math.log10(scale)) > 31 ? DType.F64 : DType.F32;
      double[] values = Matrices.gaussian(12 * 8, 6);
      Matrix plain = Matrices.of(scope, dtype, 12, 8, values);
      Matrix scaled =
          Matrices.of(scope, dtype, 12, 8, Arrays.stream(values).map(x -> x * scale).toArray());
      SvdFactors expected = svd(algorithm).factor(scope, plain, 5);
      SvdFactors factors = svd(algorithm).factor(scope, scaled, 5);
      for (int i = 0; i < 5; i++) {
        assertEquals(
            expected.singularValues()[i], factors.singularValues()[i] / scale, 1e-5, "sigma " + i);
      }
      assertEquals(expected.error(), factors.error() / scale, 1e-5);
      assertEquals(expected.energyKept(), factors.energyKept(), 1e-5);
      double[] product = Arrays.stream(Matrices.product(factors)).map(x -> x / scale).toArray();
      assertTrue(Matrices.distance(Matrices.product(expected), product) < 1e-5);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void invalidNumbersAreNamedInOneLine(double bad) {
    for (SvdAlgorithm algorithm : SvdAlgorithm.values()) {
      for (DType dtype : List.of(DType.F32, DType.F64)) {
        double[] values = Matrices.gaussian(12, 6);
        values[7] = bad;
        Matrix w = Matrices.of(scope, dtype, 4, 3, values);
        ArithmeticException e =
            assertThrows(ArithmeticException.class, () -> svd(algorithm).factor(scope, w, 2));
        assertEquals("the 4 x 3 matrix holds NaN or infinity", e.getMessage());
        assertThrows(
            ArithmeticException.class,
            () -> svd(algorithm).singularValues(List.of(w), SvdProgress.NONE));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1})
  void ranksBelowOneAreInputErrors(int rank) {
    Matrix w = Matrices.gaussian(scope, DType.F32, 3, 3, 1);
    assertThrows(InputException.class, () -> svd(SvdAlgorithm.AUTO).factor(scope, w, rank));
  }

  @ParameterizedTest
  @EnumSource(SvdAlgorithm.class)
  void viewsWithAStrideAreReadAndLeftAlone(SvdAlgorithm algorithm) {
    Matrix whole = Matrices.gaussian(scope, DType.F32, 30, 40, 8);
    double[] before = Matrices.read(whole);
    Matrix view = whole.rows(5, 25).columns(3, 18);
    Matrix copy = Matrices.of(scope, DType.F32, 20, 15, Matrices.read(view));
    double[] fromView = Matrices.product(svd(algorithm).factor(scope, view, 6));
    double[] fromCopy = Matrices.product(svd(algorithm).factor(scope, copy, 6));
    assertTrue(Matrices.distance(fromView, fromCopy) < 1e-5);
    assertArrayEquals(before, Matrices.read(whole));
  }

  @ParameterizedTest
  @EnumSource(SvdAlgorithm.class)
  void listsComeInOrderAndDoNotDependOnThreadsOrNeighbours(SvdAlgorithm algorithm) {
    int[][] shapes = {{8, 8}, {70, 90}, {1, 5}, {90, 70}, {33, 33}, {120, 20}};
    List<double[]> reference = null;
    for (int threads : new int[] {1, 2, 3}) {
      try (Device other = Devices.open("cpu", new DeviceOptions(threads), line -> {});
          Scope otherScope = other.openScope()) {
        List<SvdRequest> requests = new ArrayList<>();
        for (int i = 0; i < shapes.length; i++) {
          Matrix w = Matrices.gaussian(otherScope, DType.F32, shapes[i][0], shapes[i][1], i);
          requests.add(new SvdRequest(w, 5));
        }
        List<Integer> calls = new ArrayList<>();
        TruncatedSvd svd = new TruncatedSvd(other, SvdOptions.of(algorithm));
        List<SvdFactors> all =
            svd.factor(otherScope, requests, (finished, total) -> calls.add(finished));
        assertEquals(List.of(1, 2, 3, 4, 5, 6), calls);
        List<double[]> products = all.stream().map(Matrices::product).toList();
        if (reference == null) {
          reference = products;
        }
        for (int i = 0; i < shapes.length; i++) {
          assertArrayEquals(reference.get(i), products.get(i), "matrix " + i);
          SvdFactors alone = svd.factor(otherScope, requests.get(i).matrix(), 5);
          assertTrue(Matrices.distance(products.get(i), Matrices.product(alone)) < 1e-4);
        }
      }
    }
  }

  @Test
  void aLargeInputMayBeFollowedByASmallOne() {
    TruncatedSvd svd = svd(SvdAlgorithm.AUTO);
    svd.factor(scope, Matrices.gaussian(scope, DType.F32, 200, 150, 1), 50);
    Matrix small = Matrices.of(scope, DType.F32, 1, 1, -3);
    SvdFactors factors = svd.factor(scope, small, 1);
    assertArrayEquals(new double[] {-3}, Matrices.product(factors), 1e-6);
    assertArrayEquals(new double[] {3}, factors.singularValues(), 1e-6);
  }

  @Test
  void singularValuesAreComplete() {
    Matrix fx1 = Matrices.of(scope, DType.F32, 4, 3, Matrices.FX1);
    Matrix zero = Matrix.of(scope.zeros(DType.F64, 2, 2));
    Matrix random = Matrices.gaussian(scope, DType.F64, 25, 60, 2);
    List<Spectrum> spectra =
        svd(SvdAlgorithm.AUTO).singularValues(List.of(fx1, zero, random), SvdProgress.NONE);
    assertArrayEquals(new double[] {4.645775, 3.885123, 2.307074}, spectra.get(0).values(), 1e-6);
    assertArrayEquals(new double[2], spectra.get(1).values());
    assertArrayEquals(
        ReferenceSvd.singularValues(Matrices.read(random), 25, 60), spectra.get(2).values(), 1e-12);
    assertEquals(Math.sqrt(42), spectra.get(0).norm(), 1e-12);
  }
}
