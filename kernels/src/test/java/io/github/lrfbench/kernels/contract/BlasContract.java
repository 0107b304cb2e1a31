package io.github.lrfbench.kernels.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.contract.Placed.Layout;
import io.github.lrfbench.kernels.ops.Blas;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every {@link Blas} promises. */
public abstract class BlasContract extends ContractTest {
  /** m, n, k. */
  private static final int[][] PRODUCTS = {
    {1, 1, 1}, {0, 3, 2}, {3, 0, 2}, {3, 2, 0}, {5, 7, 3}, {1, 130, 65}, {131, 1, 67}, {97, 139, 83}
  };

  private static final int[][] SHAPES = {
    {1, 1}, {0, 3}, {3, 0}, {1, 131}, {131, 1}, {5, 7}, {67, 130}, {200, 65}
  };

  private Blas blas() {
    return device().blas();
  }

  private Placed place(DType dtype, Layout layout, Grid grid) {
    return Placed.of(scope(), dtype, layout, grid);
  }

  /** What a device holds of a matrix in this type: its elements, rounded. */
  private Grid held(DType dtype, Grid grid) {
    return place(dtype, Layout.PACKED, grid).read();
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void gemm(DType dtype) {
    for (int[] s : PRODUCTS) {
      for (Layout layout : Layout.values()) {
        for (int flags = 0; flags < 4; flags++) {
          boolean transA = (flags & 1) != 0;
          boolean transB = (flags & 2) != 0;
          Grid a = held(dtype, Grid.random(s[0], s[2], 1));
          Grid b = held(dtype, Grid.random(s[2], s[1], 2));
          Grid c = held(dtype, Grid.random(s[0], s[1], 3));
          Matrix left = place(dtype, layout, transA ? a.transposed() : a).matrix();
          Matrix right = place(dtype, layout, transB ? b.transposed() : b).matrix();
          Placed result = place(dtype, layout, c);
          blas().gemm(transA, transB, -1.5, left, right, 0.5, result.matrix());
          String what = "gemm " + s[0] + " " + s[1] + " " + s[2] + " " + layout + " " + flags;
          result.assertHolds(ReferenceBlas.gemm(-1.5, a, b, 0.5, c), tolerance(dtype), what);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void gemmWithBetaZeroIgnoresWhatTheResultHeld(DType dtype) {
    for (int[] s : PRODUCTS) {
      Grid a = held(dtype, Grid.random(s[0], s[2], 1));
      Grid b = held(dtype, Grid.random(s[2], s[1], 2));
      Placed result = Placed.empty(scope(), dtype, Layout.SLICE, s[0], s[1]);
      blas().gemm(false, false, 1, packed(dtype, a), packed(dtype, b), 0, result.matrix());
      result.assertHolds(ReferenceBlas.multiply(a, b), tolerance(dtype), "gemm with beta 0");
    }
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void gemmPropagatesNan(DType dtype) {
    for (int[] s : new int[][] {{70, 80, 90}, {1, 80, 90}, {70, 1, 90}, {1, 1, 90}}) {
      Grid a = held(dtype, Grid.random(s[0], s[2], 1).with(s[0] / 2, 5, Double.NaN));
      Grid b = held(dtype, Grid.random(s[2], s[1], 2).with(5, s[1] / 2, Double.POSITIVE_INFINITY));
      Grid zero = held(dtype, a.with(s[0] / 2, 5, 0));
      for (Grid left : List.of(a, zero)) {
        Placed result = Placed.empty(scope(), dtype, Layout.PACKED, s[0], s[1]);
        blas().gemm(false, false, 1, packed(dtype, left), packed(dtype, b), 0, result.matrix());
        result.assertHolds(ReferenceBlas.multiply(left, b), tolerance(dtype), "gemm with NaN");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void syrk(DType dtype) {
    for (int[] s : new int[][] {{1, 1}, {0, 3}, {3, 0}, {7, 5}, {130, 67}, {333, 64}}) {
      for (Layout layout : Layout.values()) {
        Grid a = held(dtype, Grid.random(s[0], s[1], 1));
        Grid expected = ReferenceBlas.multiply(a, a.transposed());
        Placed result = Placed.empty(scope(), dtype, layout, s[0], s[0]);
        blas().syrk(false, place(dtype, layout, a).matrix(), result.matrix());
        result.assertHolds(expected, tolerance(dtype), "syrk of " + s[0] + " x " + s[1]);
        Placed transposed = Placed.empty(scope(), dtype, layout, s[0], s[0]);
        blas().syrk(true, place(dtype, layout, a.transposed()).matrix(), transposed.matrix());
        transposed.assertHolds(expected, tolerance(dtype), "transposed syrk");
        Grid read = transposed.read();
        assertArrayEquals(read.values(), read.transposed().values(), "both triangles are the same");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void addGram(DType dtype) {
    for (int[] s : new int[][] {{1, 1}, {0, 3}, {3, 0}, {5, 7}, {67, 130}, {64, 333}, {9, 1100}}) {
      for (Layout layout : Layout.values()) {
        Grid a = held(dtype, Grid.random(s[0], s[1], 1));
        Grid half = Grid.random(s[1], s[1], 2);
        Grid before = sum(half, half.transposed());
        Placed sum = place(DType.F64, layout, before);
        blas().addGram(place(dtype, layout, a).matrix(), sum.matrix());
        Grid expected = sum(before, ReferenceBlas.multiply(a.transposed(), a));
        sum.assertHolds(expected, tolerance(dtype), "sum with " + s[0] + " x " + s[1]);
        Grid read = sum.read();
        assertArrayEquals(read.values(), read.transposed().values(), "both triangles are the same");
      }
    }
  }

  private static Grid sum(Grid x, Grid y) {
    return Grid.of(x.rows(), x.cols(), (i, j) -> x.at(i, j) + y.at(i, j));
  }

  /** What is small beside the sum is not lost to it, as it would be in single precision. */
  @ParameterizedTest
  @MethodSource("dtypes")
  void addGramSumsInDoublePrecision(DType dtype) {
    Matrix sum = packed(DType.F64, Grid.random(3, 3, 1).map(x -> 1e9));
    Matrix ones = packed(dtype, Grid.random(2, 3, 1).map(x -> 1));
    blas().addGram(ones, sum);
    for (double value : sum.data().toDoubles()) {
      assertEquals(1e9 + 2, value);
    }
  }

  @Test
  void copyConverts() {
    for (DType from : dtypes()) {
      for (DType to : dtypes()) {
        for (int[] s : SHAPES) {
          for (Layout layout : Layout.values()) {
            Grid x = Grid.random(s[0], s[1], 1);
            Placed y = Placed.empty(scope(), to, layout, s[0], s[1]);
            blas().copy(place(from, layout, x).matrix(), y.matrix());
            y.assertHolds(held(to, held(from, x)), 0, "copy from " + from + " to " + to);
          }
        }
      }
    }
  }

  @Test
  void transposeConverts() {
    for (DType from : dtypes()) {
      for (DType to : dtypes()) {
        for (int[] s : SHAPES) {
          for (Layout layout : Layout.values()) {
            Grid x = Grid.random(s[0], s[1], 1);
            Placed y = Placed.empty(scope(), to, layout, s[1], s[0]);
            blas().transpose(place(from, layout, x).matrix(), y.matrix());
            y.assertHolds(
                held(to, held(from, x)).transposed(), 0, "transpose from " + from + " to " + to);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void scaling(DType dtype) {
    for (int[] s : SHAPES) {
      for (Layout layout : Layout.values()) {
        Grid x = held(dtype, Grid.random(s[0], s[1], 1));
        double[] rows = Grid.random(1, s[0], 2).values();
        double[] columns = Grid.random(1, s[1], 3).values();
        Placed y = place(dtype, layout, x);
        blas().scaleRows(y.matrix(), rows);
        blas().scaleColumns(y.matrix(), columns);
        Grid expected = Grid.of(s[0], s[1], (i, j) -> rows[i] * columns[j] * x.at(i, j));
        y.assertHolds(expected, tolerance(dtype), "scaling");
      }
    }
  }

  /** Rows that are longer than what one thread takes, and no multiple of it. */
  @ParameterizedTest
  @MethodSource("dtypes")
  void longRowsAreScaledAndCopied(DType dtype) {
    Grid x = held(dtype, Grid.random(2, 50_001, 1));
    double[] rows = {0.25, -1.1};
    double[] columns = Grid.random(1, 50_001, 3).values();
    for (Layout layout : Layout.values()) {
      Placed y = place(dtype, layout, x);
      Placed copied = place(dtype, layout, Grid.random(2, 50_001, 4));
      blas().scaleRows(y.matrix(), rows);
      blas().scaleColumns(y.matrix(), columns);
      blas().copy(y.matrix(), copied.matrix());
      Grid expected = Grid.of(2, 50_001, (i, j) -> rows[i] * columns[j] * x.at(i, j));
      y.assertHolds(expected, tolerance(dtype), "scaling");
      copied.assertHolds(expected, tolerance(dtype), "a copy");
    }
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void squaredNorm(DType dtype) {
    for (int[] s : SHAPES) {
      for (Layout layout : Layout.values()) {
        Grid x = held(dtype, Grid.random(s[0], s[1], 1));
        Matrix matrix = place(dtype, layout, x).matrix();
        double[] rows = new double[s[0]];
        double expected = 0;
        for (int i = 0; i < s[0]; i++) {
          for (int j = 0; j < s[1]; j++) {
            rows[i] += x.at(i, j) * x.at(i, j);
          }
          expected += rows[i];
        }
        assertEquals(expected, blas().squaredNorm(matrix), 1e-12 * expected);
        assertArrayEquals(rows, blas().rowSquaredNorms(matrix), 1e-12 * expected);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void squaredNormOfHostileMatrices(DType dtype) {
    Grid x = Grid.random(70, 90, 1);
    assertEquals(
        Double.NaN, blas().squaredNorm(packed(dtype, x.with(69, 89, Double.NaN))), "NaN stays");
    assertEquals(
        Double.POSITIVE_INFINITY,
        blas().squaredNorm(packed(dtype, x.with(0, 1, Double.NEGATIVE_INFINITY))));
    assertEquals(0, blas().squaredNorm(packed(dtype, Grid.of(3, 3, (i, j) -> 0))));
    if (dtype == DType.F32 || dtype == DType.F64) {
      double large = blas().squaredNorm(packed(dtype, Grid.of(1, 4, (i, j) -> 1e30)));
      assertEquals(4e60, large, 4e60 * 1e-6, "accumulated in double precision");
    }
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void wrongShapesAreIllegalArguments(DType dtype) {
    Matrix a = packed(dtype, Grid.random(3, 4, 1));
    Matrix b = packed(dtype, Grid.random(4, 5, 2));
    Matrix c = packed(dtype, Grid.random(3, 5, 3));
    List<Executable> wrong =
        List.of(
            () -> blas().gemm(false, false, 1, a, a, 0, c),
            () -> blas().gemm(true, false, 1, a, b, 0, c),
            () -> blas().gemm(false, true, 1, a, b, 0, c),
            () -> blas().gemm(false, false, 1, a, b, 0, a),
            () -> blas().syrk(false, a, c),
            () -> blas().addGram(a, a),
            () -> blas().copy(a, b),
            () -> blas().transpose(a, b),
            () -> blas().scaleRows(a, new double[4]),
            () -> blas().scaleColumns(a, new double[3]));
    wrong.forEach(call -> assertThrows(IllegalArgumentException.class, call));
  }

  @Test
  void mixedTypesAndForeignTensorsAreIllegalArguments() {
    Grid square = Grid.random(3, 3, 1);
    Matrix a = packed(DType.F32, square);
    Matrix ints = Matrix.of(scope().zeros(DType.I32, 3, 3));
    Matrix foreign = Matrix.of(new ForeignTensor(DType.F32, 3, 3));
    List<Matrix> others =
        dtypes().contains(DType.F64)
            ? List.of(packed(DType.F64, square), ints, foreign)
            : List.of(ints, foreign);
    for (Matrix other : others) {
      List<Executable> wrong =
          List.of(
              () -> blas().gemm(false, false, 1, other, a, 0, a),
              () -> blas().gemm(false, false, 1, a, other, 0, a),
              () -> blas().gemm(false, false, 1, a, a, 0, other),
              () -> blas().syrk(false, other, a),
              () -> blas().syrk(false, a, other));
      wrong.forEach(call -> assertThrows(IllegalArgumentException.class, call));
    }
    double[] factors = new double[3];
    for (Matrix other : List.of(ints, foreign)) {
      List<Executable> wrong =
          List.of(
              () -> blas().copy(other, a),
              () -> blas().copy(a, other),
              () -> blas().transpose(other, a),
              () -> blas().transpose(a, other),
              () -> blas().scaleRows(other, factors),
              () -> blas().scaleColumns(other, factors),
              () -> blas().squaredNorm(other),
              () -> blas().rowSquaredNorms(other));
      wrong.forEach(call -> assertThrows(IllegalArgumentException.class, call));
    }
  }

  @Test
  void closedScopesAreIllegalStates() {
    Scope own = device().openScope();
    Matrix closed = Matrix.of(own.zeros(DType.F32, 3, 3));
    own.close();
    Matrix a = packed(DType.F32, Grid.random(3, 3, 1));
    double[] factors = new double[3];
    List<Executable> late =
        List.of(
            () -> blas().gemm(false, false, 1, closed, a, 0, a),
            () -> blas().gemm(false, false, 1, a, closed, 0, a),
            () -> blas().gemm(false, false, 1, a, a, 0, closed),
            () -> blas().syrk(false, closed, a),
            () -> blas().syrk(false, a, closed),
            () -> blas().addGram(closed, a),
            () -> blas().copy(closed, a),
            () -> blas().copy(a, closed),
            () -> blas().transpose(closed, a),
            () -> blas().transpose(a, closed),
            () -> blas().scaleRows(closed, factors),
            () -> blas().scaleColumns(closed, factors),
            () -> blas().squaredNorm(closed));
    late.forEach(call -> assertThrows(IllegalStateException.class, call));
  }
}
