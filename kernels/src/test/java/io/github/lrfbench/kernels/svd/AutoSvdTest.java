package io.github.lrfbench.kernels.svd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AutoSvdTest {
  private static final int SIZE = 96;

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

  private SvdFactors factor(DType dtype, int rank, double tolerance, IntToDoubleFunction sigma) {
    double[] values = IntStream.range(0, SIZE).mapToDouble(sigma).toArray();
    Matrix w = Matrices.withSpectrum(scope, dtype, SIZE, SIZE + 10, values, 3);
    SvdOptions options = SvdOptions.DEFAULT.withTolerance(tolerance);
    SvdFactors factors = new TruncatedSvd(device, options).factor(scope, w, rank);
    double[] reference = ReferenceSvd.singularValues(Matrices.read(w), SIZE, SIZE + 10);
    double optimum = ReferenceSvd.tail(reference, rank);
    double rounding = dtype == DType.F32 ? 1e-6 * Matrices.norm(values) : 1e-15;
    assertTrue(factors.measureError(w) <= (1 + tolerance) * optimum + rounding);
    return factors;
  }

  @Test
  void weightsAreDecomposedInSinglePrecision() {
    SvdFactors factors = factor(DType.F32, 12, 1e-4, i -> 1 / Math.sqrt(1 + i));
    assertEquals(SvdAlgorithm.GRAM, factors.algorithm());
    assertEquals(DType.F32, factors.precision());
  }

  @Test
  void doublePrecisionStaysDouble() {
    assertEquals(DType.F64, factor(DType.F64, 12, 1e-4, i -> 1.0 / (1 + i)).precision());
  }

  @Test
  void steepSpectraAreDecomposedInDoublePrecision() {
    SvdFactors factors = factor(DType.F32, 40, 1e-4, i -> Math.pow(0.9, i));
    assertEquals(SvdAlgorithm.GRAM, factors.algorithm());
    assertEquals(DType.F64, factors.precision());
  }

  @Test
  void tailsNearRoundingErrorNeedTheFullDecomposition() {
    assertEquals(
        SvdAlgorithm.EXACT, factor(DType.F64, 40, 1e-4, i -> Math.pow(0.5, i)).algorithm());
  }

  @Test
  void zeroToleranceAndFullRankNeedTheFullDecomposition() {
    assertEquals(SvdAlgorithm.EXACT, factor(DType.F32, 12, 0, i -> 1.0 / (1 + i)).algorithm());
    assertEquals(SvdAlgorithm.EXACT, factor(DType.F32, SIZE, 1, i -> 1.0 / (1 + i)).algorithm());
  }

  @Test
  void looseTolerancesAllowRandomness() {
    SvdFactors factors = factor(DType.F32, 6, 0.5, i -> 1 / Math.sqrt(1 + i));
    assertEquals(SvdAlgorithm.RANDOMIZED, factors.algorithm());
  }

  @Test
  void oversamplingFollowsTheExpectedErrorBound() {
    for (double tolerance : new double[] {0.01, 0.1, 1}) {
      double oversampling = AutoSvd.oversamplingFor(50, tolerance);
      assertTrue(Math.sqrt(1 + 50 / (oversampling - 1)) <= 1 + tolerance + 1e-12);
      assertTrue(Math.sqrt(1 + 50 / (oversampling - 2.001)) > 1 + tolerance);
    }
  }
}
