package io.github.lrfbench.harness.compress.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.compress.spi.Factorization.Fit;
import io.github.lrfbench.harness.linear.TensorSlices;
import io.github.lrfbench.harness.linear.TensorSlices.Kind;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Errors of cores are known before, bounded by what modes discard, and iteration lowers them. */
class HosvdTest {
  private TensorCase of;

  /** The device that the test is for. */
  String kind() {
    return "cpu";
  }

  @BeforeEach
  void open() {
    of = new TensorCase(kind());
  }

  @AfterEach
  void close() {
    of.close();
  }

  private double[] singularValues(SliceTensor tensor, int mode) {
    int size = tensor.size(mode);
    Tensor values = of.scope.allocate(DType.F64, size);
    Matrix vectors = Matrix.of(of.scope.allocate(DType.F64, size, size));
    of.device.lapack().largestEigenpairs(tensor.gram(mode, of.scope), size, values, vectors);
    double[] squares = values.toDoubles();
    for (int i = 0; i < size; i++) {
      squares[i] = Math.sqrt(Math.max(0, squares[i]));
    }
    return squares;
  }

  /** Section 6.6 of other-families. */
  @Test
  void unfoldingsOfTheWorkedExample() {
    SliceTensor tensor = of.tensor(TensorCase.WORKED);
    double[][] expected = {{3.661028, 0.772577}, {3.519256, 1.270762}, {3.464102, 1.414214}};
    for (int mode = 0; mode < 3; mode++) {
      assertArrayEquals(expected[mode], singularValues(tensor, mode), 1e-6);
    }
    assertEquals(14, new CoreEnergy(tensor).total(), 1e-12);
  }

  @ParameterizedTest
  @CsvSource({
    "TUCKER, 12, 8, 5, 1",
    "TUCKER, 6, 7, 9, 1e-30",
    "TUCKER, 5, 6, 2, 1e30",
    "TT, 12, 8, 5, 1",
    "TT, 6, 7, 9, 1e-15",
    "TT, 5, 16, 2, 1",
    "TUCKER, 1, 1, 2, 1",
    "TT, 1, 30, 2, 1"
  })
  void noPointLosesMoreThanItSays(Kind kind, int d, int w, int slices, double size) {
    double[][][] t = TensorCase.random(d, w, slices, size);
    double norm = TensorCase.norm(t);
    SliceTensor tensor = of.tensor(t);
    Hosvd made = new Hosvd(of.stack(t), kind, 20, of.scope);
    OperatingPoints points = made.points();
    assertEquals(1, points.energy() / norm / norm, 1e-5);
    double[][] values = new double[3][];
    for (int mode = 0; mode < 3; mode++) {
      values[mode] = singularValues(tensor, mode);
    }
    for (int i = 0; i < points.count(); i++) {
      List<Fit> fits = made.fit(i, of.scope);
      double error = of.distance(t, fits) / norm;
      double told = Math.sqrt(points.get(i).squaredError()) / norm;
      assertTrue(error <= told + 1e-5, error + " above " + told);
      // HOSVD is at most √3 times the optimum, which is no larger than what iteration comes to.
      assertTrue(told <= Math.sqrt(3) * error + 1e-5, told + " above √3 times " + error);
      TensorSlices map = (TensorSlices) fits.get(0).map();
      int[] shape = {
        map.basis().factors().get(0).cols(),
        map.basis().factors().get(1).cols(),
        kind == Kind.TT ? slices : map.own().cols()
      };
      double discarded = 0;
      for (int mode = 0; mode < 3; mode++) {
        for (int r = shape[mode]; r < values[mode].length; r++) {
          discarded += Math.pow(values[mode][r] / norm, 2);
        }
      }
      assertTrue(told * told <= discarded + 1e-6, told + " above the sum of the modes");
      long stored = fits.stream().mapToLong(fit -> fit.map().parameters()).sum();
      assertEquals(points.get(i).numbers(), stored);
      assertEquals(points.get(i).label(), map.label());
      if (i > 0) {
        assertTrue(points.get(i).numbers() > points.get(i - 1).numbers());
        assertTrue(points.get(i).squaredError() < points.get(i - 1).squaredError());
      }
    }
  }

  /** A tensor of multilinear rank (2, 2, 2) has an exact core of that size. */
  @ParameterizedTest
  @CsvSource({"TUCKER", "TT"})
  void theFullMultilinearRankIsExact(Kind kind) {
    double[][][] t = TensorCase.sum(factors(12, 1), factors(10, 2), factors(9, 3));
    Hosvd made = new Hosvd(of.stack(t), kind, 5, of.scope);
    OperatingPoints points = made.points();
    int first = 0;
    while (points.get(first).squaredError() > 1e-8 * points.energy()) {
      first++;
    }
    assertEquals(kind == Kind.TT ? "r=2,2" : "2x2x2", points.get(first).label());
    assertEquals(0, of.distance(t, made.fit(first, of.scope)), 1e-5 * TensorCase.norm(t));
  }

  private static double[][] factors(int size, int seed) {
    double[][] values = new double[2][size];
    for (int r = 0; r < 2; r++) {
      for (int i = 0; i < size; i++) {
        values[r][i] = Math.sin(1.7 * i * seed + 2.1 * r + i * i * 0.3);
      }
    }
    return values;
  }

  @Test
  void hooiIsNoWorseThanItsStart() {
    double[][][] t = TensorCase.random(14, 9, 6, 1);
    Hosvd start = new Hosvd(of.stack(t), Kind.TUCKER, 0, of.scope);
    Hosvd iterated = new Hosvd(of.stack(t), Kind.TUCKER, 50, of.scope);
    boolean better = false;
    for (int i = 0; i < start.points().count(); i++) {
      double before = of.distance(t, start.fit(i, of.scope));
      double after = of.distance(t, iterated.fit(i, of.scope));
      assertTrue(after <= before * (1 + 1e-6), after + " above " + before);
      better |= after < 0.999 * before;
    }
    assertTrue(better);
  }

  @Test
  void aZeroTensorStaysZeroAndWhatIsNoNumberIsRefused() {
    double[][][] t = new double[4][3][2];
    Hosvd made = new Hosvd(of.stack(t), Kind.TUCKER, 5, of.scope);
    for (Fit fit : made.fit(0, of.scope)) {
      assertArrayEquals(new double[12], of.matrix(fit.map()));
    }
    t[1][2][1] = Double.NaN;
    assertThrows(ArithmeticException.class, () -> new Hosvd(of.stack(t), Kind.TT, 5, of.scope));
  }
}
