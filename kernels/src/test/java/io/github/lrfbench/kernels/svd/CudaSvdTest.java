package io.github.lrfbench.kernels.svd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.ProductRounding;
import io.github.lrfbench.kernels.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("cuda")
class CudaSvdTest {
  private static final double[] FALLING =
      IntStream.range(0, 40).mapToDouble(i -> 1 / Math.sqrt(1 + i)).toArray();

  private static Device device;
  private Scope scope;

  @BeforeAll
  static void openDevice() {
    device = Devices.open("cuda", new DeviceOptions(2, ProductRounding.TF32), line -> {});
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

  @ParameterizedTest
  @EnumSource(SvdAlgorithm.class)
  void everyAlgorithmComesNearTheOptimum(SvdAlgorithm algorithm) {
    for (DType dtype : List.of(DType.F32, DType.F64)) {
      for (int[] shape : new int[][] {{40, 40}, {70, 40}, {40, 90}}) {
        Matrix w = Matrices.withSpectrum(scope, dtype, shape[0], shape[1], FALLING, 1);
        for (int rank : new int[] {1, 8, 40}) {
          SvdFactors factors =
              new TruncatedSvd(device, SvdOptions.of(algorithm)).factor(scope, w, rank);
          double optimum = ReferenceSvd.tail(FALLING, rank);
          double error = factors.measureError(w);
          double allowed = algorithm == SvdAlgorithm.RANDOMIZED ? 1.05 : 1.0001;
          double rounding = dtype == DType.F32 ? 1e-5 : 1e-12;
          assertTrue(error <= allowed * optimum + rounding, algorithm + " " + error);
          assertEquals(error, factors.error(), rounding + 1e-4 * optimum);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(SvdAlgorithm.class)
  void listsAreSolvedInOrderWhateverTheirShapes(SvdAlgorithm algorithm) {
    int[][] shapes = {{40, 60}, {50, 50}, {40, 60}, {40, 60}, {60, 40}, {50, 50}};
    List<SvdRequest> requests = new ArrayList<>();
    for (int i = 0; i < shapes.length; i++) {
      Matrix w =
          Matrices.withSpectrum(scope, DType.F32, shapes[i][0], shapes[i][1], FALLING, 10 + i);
      requests.add(new SvdRequest(w, i == 3 ? 4 : 8));
    }
    requests.add(new SvdRequest(Matrix.of(scope.zeros(DType.F32, 40, 60)), 8));
    List<Integer> calls = new ArrayList<>();
    TruncatedSvd svd = new TruncatedSvd(device, SvdOptions.of(algorithm));
    List<SvdFactors> all = svd.factor(scope, requests, (done, total) -> calls.add(done));
    assertEquals(List.of(1, 2, 3, 4, 5, 6, 7), calls);
    for (int i = 0; i < shapes.length; i++) {
      assertEquals(requests.get(i).rank(), all.get(i).rank());
      double error = all.get(i).measureError(requests.get(i).matrix());
      assertEquals(1, error / ReferenceSvd.tail(FALLING, all.get(i).rank()), 0.05, "matrix " + i);
    }
    assertEquals(0, all.get(6).error());
    assertArrayEquals(new double[8], all.get(6).singularValues());
  }

  @ParameterizedTest
  @EnumSource(SvdAlgorithm.class)
  void notANumberIsAnArithmeticError(SvdAlgorithm algorithm) {
    Matrix good = Matrices.withSpectrum(scope, DType.F32, 40, 50, FALLING, 1);
    Matrix bad = Matrices.withSpectrum(scope, DType.F32, 40, 50, FALLING, 2);
    bad.data().write(77, new double[] {Double.NaN}, 0, 1);
    List<SvdRequest> requests = List.of(new SvdRequest(good, 5), new SvdRequest(bad, 5));
    TruncatedSvd svd = new TruncatedSvd(device, SvdOptions.of(algorithm));
    assertThrows(ArithmeticException.class, () -> svd.factor(scope, requests, SvdProgress.NONE));
  }

  @Test
  void weightsAreDecomposedTogether() {
    List<SvdRequest> requests =
        IntStream.range(0, 3)
            .mapToObj(i -> Matrices.withSpectrum(scope, DType.F32, 60, 60, FALLING, 20 + i))
            .map(w -> new SvdRequest(w, 6))
            .toList();
    SvdOptions options = SvdOptions.DEFAULT.withTolerance(1e-3);
    for (SvdFactors factors :
        new TruncatedSvd(device, options).factor(scope, requests, SvdProgress.NONE)) {
      assertEquals(SvdAlgorithm.RANDOMIZED, factors.algorithm());
      assertTrue(factors.error() <= 1.001 * ReferenceSvd.tail(FALLING, 6) + 1e-6);
    }
  }

  @Test
  void singularValuesAreThoseOfTheMatrix() {
    Matrix w = Matrices.withSpectrum(scope, DType.F32, 70, 40, FALLING, 5);
    Spectrum spectrum =
        new TruncatedSvd(device, SvdOptions.DEFAULT)
            .singularValues(List.of(w), SvdProgress.NONE)
            .get(0);
    assertArrayEquals(FALLING, spectrum.values(), 1e-6);
  }
}
