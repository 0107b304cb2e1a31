package io.github.lrfbench.kernels.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.contract.Placed.Layout;
import io.github.lrfbench.kernels.ops.Lapack;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every {@link Lapack} promises. */
public abstract class LapackContract extends ContractTest {
  private Lapack lapack() {
    return device().lapack();
  }

  /** Errors of factorizations grow with the size, so they get more than one product does. */
  private double factorTolerance(DType dtype) {
    return 20 * tolerance(dtype);
  }

  private static List<Grid> rectangles() {
    return List.of(
        Grid.random(1, 1, 1),
        Grid.random(1, 9, 2),
        Grid.random(9, 1, 3),
        Grid.random(7, 5, 4),
        Grid.random(5, 7, 5),
        Grid.random(61, 61, 6),
        Grid.random(90, 31, 7),
        Grid.random(31, 90, 8),
        ReferenceBlas.multiply(Grid.random(40, 3, 9), Grid.random(3, 30, 10)),
        Grid.of(6, 4, (i, j) -> 0),
        Grid.of(6, 8, (i, j) -> 1),
        Grid.identity(12),
        Grid.random(12, 10, 11).map(value -> value * 1e-20));
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void svd(DType dtype) {
    for (Grid a : rectangles()) {
      for (Layout layout : Layout.values()) {
        int k = Math.min(a.rows(), a.cols());
        String what = dtype + " svd of " + a.rows() + " x " + a.cols() + " " + layout;
        Matrix input = Placed.of(scope(), dtype, layout, a).matrix();
        Tensor s = scope().allocate(dtype, k);
        Placed u = Placed.empty(scope(), dtype, layout, a.rows(), k);
        Placed vt = Placed.empty(scope(), dtype, layout, k, a.cols());
        lapack().svd(input, s, u.matrix(), vt.matrix());
        double[] sigma = s.toDoubles();
        assertSpectrum(dtype, ReferenceEigen.singularValues(a), sigma, what);
        u.assertHolds(u.read(), 0, what);
        vt.assertHolds(vt.read(), 0, what);
        assertOrthonormalColumns(dtype, u.read(), what);
        assertOrthonormalColumns(dtype, vt.read().transposed(), what);
        Grid scaled = Grid.of(a.rows(), k, (i, j) -> u.read().at(i, j) * sigma[j]);
        double scale = a.largest() == 0 ? 1 : 1 / a.largest();
        Placed.assertClose(
            a.map(value -> value * scale),
            ReferenceBlas.multiply(scaled, vt.read()).map(value -> value * scale),
            factorTolerance(dtype),
            what);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void singularValues(DType dtype) {
    for (Grid a : rectangles()) {
      for (Layout layout : Layout.values()) {
        Tensor s = scope().allocate(dtype, Math.min(a.rows(), a.cols()));
        lapack().singularValues(Placed.of(scope(), dtype, layout, a).matrix(), s);
        assertSpectrum(dtype, ReferenceEigen.singularValues(a), s.toDoubles(), "singularValues");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void emptyMatricesHaveEmptyFactors(DType dtype) {
    Tensor none = scope().allocate(dtype, 0);
    Matrix tall = Matrix.of(scope().allocate(dtype, 3, 0));
    Matrix flat = new Matrix(none, 0, 0, 0, 0);
    lapack().svd(tall, none, tall, flat);
    lapack().singularValues(tall, none);
    lapack().orthonormalize(tall);
    assertTrue(lapack().cholesky(flat));
    lapack().solveLower(false, flat, flat);
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void largestEigenpairs(DType dtype) {
    Grid factor = Grid.random(50, 20, 3);
    List<Grid> matrices =
        List.of(
            Grid.row(-2),
            Grid.identity(9),
            Grid.of(5, 5, (i, j) -> 0),
            symmetric(7, 1),
            symmetric(66, 2),
            ReferenceBlas.multiply(factor, factor.transposed()));
    for (Grid a : matrices) {
      int n = a.rows();
      double[] expected = ReferenceEigen.eigenvalues(a);
      for (int count : new int[] {1, (n + 1) / 2, n}) {
        for (Layout layout : Layout.values()) {
          String what = dtype + " " + count + " eigenpairs of " + n + " " + layout;
          Tensor values = scope().allocate(dtype, count);
          Placed vectors = Placed.empty(scope(), dtype, layout, count, n);
          Matrix input = Placed.of(scope(), dtype, layout, a).matrix();
          lapack().largestEigenpairs(input, count, values, vectors.matrix());
          double[] lambda = values.toDoubles();
          assertSpectrum(dtype, Arrays.copyOf(expected, count), lambda, what);
          Grid v = vectors.read();
          vectors.assertHolds(v, 0, what);
          assertOrthonormalColumns(dtype, v.transposed(), what);
          Placed.assertClose(
              Grid.of(count, n, (i, j) -> lambda[i] * v.at(i, j)),
              ReferenceBlas.multiply(v, a),
              factorTolerance(dtype) * Math.max(1, a.largest()),
              what);
        }
      }
    }
  }

  private static Grid symmetric(int n, long seed) {
    Grid a = Grid.random(n, n, seed);
    return Grid.of(n, n, (i, j) -> a.at(i, j) + a.at(j, i));
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void orthonormalize(DType dtype) {
    for (Grid a : rectangles()) {
      Grid tall = a.rows() >= a.cols() ? a : a.transposed();
      for (Layout layout : Layout.values()) {
        Placed q = Placed.of(scope(), dtype, layout, tall);
        lapack().orthonormalize(q.matrix());
        Grid basis = q.read();
        q.assertHolds(basis, 0, "orthonormalize");
        assertOrthonormalColumns(dtype, basis, "orthonormalize");
        Grid projected =
            ReferenceBlas.multiply(basis, ReferenceBlas.multiply(basis.transposed(), tall));
        Placed.assertClose(tall, projected, factorTolerance(dtype), "the span is kept");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void basesOfMatricesNearAndOfLowerRankAreOrthonormal(DType dtype) {
    Grid plain = Grid.random(150, 70, 5);
    Grid flat = ReferenceBlas.multiply(Grid.random(150, 20, 6), Grid.random(20, 70, 7));
    List<Grid> matrices =
        List.of(
            plain,
            flat,
            Grid.of(150, 70, (i, j) -> 0),
            Grid.of(150, 70, (i, j) -> plain.at(i, j) * Math.pow(10, -j / 7.0)),
            Grid.of(150, 70, (i, j) -> plain.at(i, j / 2) + 1e-3 * (j % 2) * plain.at(i, j)),
            Grid.of(150, 70, (i, j) -> 1e-30 * plain.at(i, j)),
            Grid.of(150, 70, (i, j) -> 1e30 * plain.at(i, j)));
    for (Grid a : matrices) {
      Placed q = Placed.of(scope(), dtype, Layout.SLICE, a);
      lapack().orthonormalize(q.matrix());
      Grid basis = q.read();
      assertOrthonormalColumns(dtype, basis, "orthonormalize");
      double scale = Math.max(a.largest(), Float.MIN_NORMAL);
      Grid scaled = Grid.of(150, 70, (i, j) -> a.at(i, j) / scale);
      Placed.assertClose(
          scaled,
          ReferenceBlas.multiply(basis, ReferenceBlas.multiply(basis.transposed(), scaled)),
          factorTolerance(dtype),
          "the span is kept");
    }
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void cholesky(DType dtype) {
    for (int n : new int[] {1, 2, 31, 130}) {
      for (Layout layout : Layout.values()) {
        Grid factor = Grid.random(n, n + 5, n);
        Grid product = ReferenceBlas.multiply(factor, factor.transposed());
        Grid a = Grid.of(n, n, (i, j) -> (float) product.at(i, j) + (i == j ? n : 0));
        Placed placed = Placed.of(scope(), dtype, layout, a);
        assertTrue(lapack().cholesky(placed.matrix()));
        Grid l = placed.read();
        placed.assertHolds(Grid.of(n, n, (i, j) -> j > i ? 0 : l.at(i, j)), 0, "lower triangle");
        Placed.assertClose(
            a, ReferenceBlas.multiply(l, l.transposed()), tolerance(dtype), "cholesky of " + n);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void choleskyTellsThatAMatrixIsNotPositiveDefinite(DType dtype) {
    assertFalse(lapack().cholesky(packed(dtype, Grid.row(-1))));
    assertFalse(lapack().cholesky(packed(dtype, Grid.of(3, 3, (i, j) -> 0))));
    assertFalse(lapack().cholesky(packed(dtype, Grid.identity(40).with(39, 39, -1))));
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void solveLower(DType dtype) {
    for (int[] s : new int[][] {{1, 1}, {5, 0}, {4, 7}, {67, 3}, {65, 130}}) {
      for (Layout layout : Layout.values()) {
        int n = s[0];
        Grid noise = Grid.random(n, n, 1);
        Grid l = Grid.of(n, n, (i, j) -> i == j ? 2 : i > j ? (float) noise.at(i, j) / n : 0);
        Grid b = Grid.random(n, s[1], 2);
        Matrix triangle = Placed.of(scope(), dtype, layout, l).matrix();
        Placed x = Placed.of(scope(), dtype, layout, b);
        lapack().solveLower(false, triangle, x.matrix());
        Placed.assertClose(b, ReferenceBlas.multiply(l, x.read()), tolerance(dtype), "L x = b");
        Placed y = Placed.of(scope(), dtype, layout, b);
        lapack().solveLower(true, triangle, y.matrix());
        Placed.assertClose(
            b, ReferenceBlas.multiply(l.transposed(), y.read()), tolerance(dtype), "Lt y = b");
        y.assertHolds(y.read(), 0, "solveLower");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void nanAndInfinityAreArithmeticErrors(DType dtype) {
    for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      Grid a = Grid.identity(6).with(4, 2, bad);
      Tensor s = scope().allocate(dtype, 6);
      Matrix u = packed(dtype, a);
      List<Executable> calls =
          List.of(
              () -> lapack().svd(packed(dtype, a), s, u, u),
              () -> lapack().singularValues(packed(dtype, a), s),
              () -> lapack().largestEigenpairs(packed(dtype, a), 6, s, u),
              () -> lapack().orthonormalize(packed(dtype, a)),
              () -> lapack().cholesky(packed(dtype, a)));
      calls.forEach(call -> assertThrows(ArithmeticException.class, call));
    }
  }

  @Test
  void wrongShapesAreIllegalArguments() {
    Matrix square = packed(DType.F32, Grid.identity(4));
    Matrix flat = packed(DType.F32, Grid.random(2, 4, 1));
    Tensor two = scope().zeros(DType.F32, 2);
    Tensor four = scope().zeros(DType.F32, 4);
    List<Executable> wrong =
        List.of(
            () -> lapack().svd(square, two, square, square),
            () -> lapack().svd(square, four, flat, square),
            () -> lapack().svd(square, four, square, flat),
            () -> lapack().singularValues(square, two),
            () -> lapack().largestEigenpairs(flat, 2, two, flat),
            () -> lapack().largestEigenpairs(square, 0, scope().zeros(DType.F32, 0), flat),
            () -> lapack().largestEigenpairs(square, 5, four, square),
            () -> lapack().largestEigenpairs(square, 2, four, flat),
            () -> lapack().largestEigenpairs(square, 4, four, flat),
            () -> lapack().orthonormalize(flat),
            () -> lapack().cholesky(flat),
            () -> lapack().solveLower(false, flat, square),
            () -> lapack().solveLower(false, square, flat));
    wrong.forEach(call -> assertThrows(IllegalArgumentException.class, call));
  }

  @Test
  void wrongTypesAndForeignTensorsAreIllegalArguments() {
    Matrix a = packed(DType.F32, Grid.identity(3));
    Tensor s = scope().zeros(DType.F32, 3);
    List<Tensor> others =
        List.of(
            scope().zeros(DType.F64, 3, 3),
            scope().zeros(DType.I32, 3, 3),
            new ForeignTensor(DType.F32, 3, 3));
    for (Tensor other : others) {
      Matrix m = Matrix.of(other);
      Tensor vector = other.view(0, 3);
      List<Executable> wrong =
          List.of(
              () -> lapack().svd(m, s, a, a),
              () -> lapack().svd(a, vector, a, a),
              () -> lapack().svd(a, s, m, a),
              () -> lapack().svd(a, s, a, m),
              () -> lapack().singularValues(a, vector),
              () -> lapack().largestEigenpairs(m, 3, s, a),
              () -> lapack().largestEigenpairs(a, 3, vector, a),
              () -> lapack().largestEigenpairs(a, 3, s, m),
              () -> lapack().solveLower(false, m, a),
              () -> lapack().solveLower(false, a, m));
      wrong.forEach(call -> assertThrows(IllegalArgumentException.class, call));
    }
    Matrix ints = Matrix.of(scope().zeros(DType.I32, 3, 3));
    assertThrows(IllegalArgumentException.class, () -> lapack().orthonormalize(ints));
    assertThrows(IllegalArgumentException.class, () -> lapack().cholesky(ints));
  }

  @Test
  void closedScopesAreIllegalStates() {
    Scope own = device().openScope();
    Matrix closed = Matrix.of(own.zeros(DType.F32, 3, 3));
    Tensor closedVector = own.zeros(DType.F32, 3);
    own.close();
    Matrix a = packed(DType.F32, Grid.identity(3));
    Tensor s = scope().zeros(DType.F32, 3);
    List<Executable> late =
        List.of(
            () -> lapack().svd(closed, s, a, a),
            () -> lapack().svd(a, closedVector, a, a),
            () -> lapack().svd(a, s, closed, a),
            () -> lapack().svd(a, s, a, closed),
            () -> lapack().singularValues(closed, s),
            () -> lapack().singularValues(a, closedVector),
            () -> lapack().largestEigenpairs(closed, 3, s, a),
            () -> lapack().largestEigenpairs(a, 3, closedVector, a),
            () -> lapack().largestEigenpairs(a, 3, s, closed),
            () -> lapack().orthonormalize(closed),
            () -> lapack().cholesky(closed),
            () -> lapack().solveLower(false, closed, a),
            () -> lapack().solveLower(false, a, closed));
    late.forEach(call -> assertThrows(IllegalStateException.class, call));
  }

  private void assertSpectrum(DType dtype, double[] expected, double[] actual, String what) {
    assertEquals(expected.length, actual.length, what);
    double largest = expected.length == 0 ? 0 : Math.abs(expected[0]);
    for (double value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], actual[i], factorTolerance(dtype) * largest, what + " " + i);
      assertTrue(i == 0 || actual[i] <= actual[i - 1], what + " descends");
    }
  }

  private void assertOrthonormalColumns(DType dtype, Grid q, String what) {
    Placed.assertClose(
        Grid.identity(q.cols()),
        ReferenceBlas.multiply(q.transposed(), q),
        factorTolerance(dtype),
        what + ": orthonormal");
  }
}
