package io.github.lrfbench.kernels.svd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchedSvdTest {
  private static final int M = 130;
  private static final int N = 100;

  private Device device;
  private Scope scope;

  @BeforeEach
  void open() {
    device = Devices.open("cpu", new DeviceOptions(2), line -> {});
    scope = device.openScope();
  }

  @AfterEach
  void close() {
    scope.close();
    device.close();
  }

  private Problem problem(Matrix w, int rank) {
    Matrix u = Matrix.of(scope.allocate(w.dtype(), w.rows(), rank));
    Matrix vt = Matrix.of(scope.allocate(w.dtype(), rank, w.cols()));
    return new Problem(w, Math.sqrt(device.blas().squaredNorm(w)), u, vt);
  }

  private static double[] spectrum(IntToDoubleFunction sigma) {
    return IntStream.range(0, N).mapToDouble(sigma).toArray();
  }

  @ParameterizedTest
  @CsvSource({"0.3", "0.5", "1", "2"})
  void whatItVouchesForIsWithinTheTolerance(double exponent) {
    for (double tolerance : new double[] {1e-5, 1e-4, 1e-3, 1e-2}) {
      SvdOptions options = SvdOptions.DEFAULT.withTolerance(tolerance);
      List<Problem> problems = new ArrayList<>();
      double[] sigma = spectrum(i -> Math.pow(1 + i / 5.0, -exponent));
      for (int seed = 0; seed < 3; seed++) {
        problems.add(problem(Matrices.withSpectrum(scope, DType.F32, M, N, sigma, seed), 12));
      }
      BatchedSvd svd = BatchedSvd.of(new SvdRequest(problems.get(0).w(), 12), options);
      SvdFactors[] results = svd.solve(device, problems);
      double optimum = ReferenceSvd.tail(sigma, 12);
      for (int i = 0; i < results.length; i++) {
        if (results[i] != null) {
          double error = results[i].measureError(problems.get(i).w());
          assertTrue(error <= (1 + tolerance) * optimum + 1e-6, error + " over " + optimum);
          assertEquals(error, results[i].error(), 1e-4 * optimum);
          assertEquals(SvdAlgorithm.RANDOMIZED, results[i].algorithm());
        }
        assertTrue(tolerance < 1e-3 || results[i] != null, "a loose tolerance is met");
      }
    }
  }

  @Test
  void matricesInABatchComeOutAsAlone() {
    SvdOptions options = SvdOptions.of(SvdAlgorithm.RANDOMIZED).withSeed(3);
    List<Problem> problems =
        IntStream.range(0, 4)
            .mapToObj(i -> problem(Matrices.gaussian(scope, DType.F32, M, N, i), 9))
            .toList();
    SvdFactors[] batch =
        BatchedSvd.of(new SvdRequest(problems.get(0).w(), 9), options).solve(device, problems);
    for (int i = 0; i < batch.length; i++) {
      Matrix w = problems.get(i).w();
      SvdFactors alone = RandomizedSvd.solve(problem(w, 9), options);
      assertArrayEquals(alone.singularValues(), batch[i].singularValues(), 1e-4);
      assertTrue(Matrices.distance(Matrices.product(alone), Matrices.product(batch[i])) < 1e-2);
      assertEquals(alone.error(), batch[i].error(), 1e-5 * alone.error());
    }
  }

  @Test
  void onlyWhatGainsIsBatched() {
    Matrix w = Matrices.gaussian(scope, DType.F32, M, N, 1);
    assertNotNull(BatchedSvd.of(new SvdRequest(w, 25), SvdOptions.DEFAULT));
    assertNull(BatchedSvd.of(new SvdRequest(w, 26), SvdOptions.DEFAULT));
    assertNull(BatchedSvd.of(new SvdRequest(w, 5), SvdOptions.DEFAULT.withTolerance(1e-6)));
    assertNull(BatchedSvd.of(new SvdRequest(w, 5), SvdOptions.of(SvdAlgorithm.EXACT)));
    assertNull(BatchedSvd.of(new SvdRequest(w, 5), SvdOptions.of(SvdAlgorithm.GRAM)));
    Matrix doubles = Matrices.gaussian(scope, DType.F64, M, N, 1);
    assertNull(BatchedSvd.of(new SvdRequest(doubles, 5), SvdOptions.DEFAULT));
  }
}
