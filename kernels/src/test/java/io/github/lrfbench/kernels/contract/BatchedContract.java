package io.github.lrfbench.kernels.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.contract.Placed.Layout;
import io.github.lrfbench.kernels.ops.Batched;
import io.github.lrfbench.kernels.ops.MatrixBatch;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every {@link Batched} promises. */
public abstract class BatchedContract extends ContractTest {
  private static final int COUNT = 3;

  private Batched batched() {
    return device().batched();
  }

  /** Matrices below each other, close to each other or with NaN between and around them. */
  private Stack stack(DType dtype, Layout layout, List<Grid> grids) {
    int rows = grids.get(0).rows();
    int cols = grids.get(0).cols();
    int gap = layout == Layout.PACKED ? 0 : 2;
    int period = rows + gap;
    Placed whole =
        Placed.of(
            scope(),
            dtype,
            layout,
            Grid.of(
                period * grids.size(),
                cols,
                (i, j) ->
                    i % period < rows ? grids.get(i / period).at(i % period, j) : Double.NaN));
    MatrixBatch batch =
        new MatrixBatch(
            whole.matrix().rows(0, rows), grids.size(), (long) period * whole.matrix().stride());
    return new Stack(whole, batch, period);
  }

  private record Stack(Placed whole, MatrixBatch batch, int period) {
    void assertHolds(List<Grid> expected, double tolerance, String what) {
      Grid rows = expected.get(0);
      whole.assertHolds(
          Grid.of(
              period * expected.size(),
              rows.cols(),
              (i, j) ->
                  i % period < rows.rows()
                      ? expected.get(i / period).at(i % period, j)
                      : Double.NaN),
          tolerance,
          what);
    }

    List<Grid> read() {
      Grid all = whole.read();
      return IntStream.range(0, batch.count())
          .mapToObj(b -> all.rows(b * period, b * period + batch.rows()))
          .toList();
    }
  }

  private static List<Grid> random(int rows, int cols, int seed) {
    return IntStream.range(0, COUNT).mapToObj(b -> Grid.random(rows, cols, seed + b)).toList();
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void gemm(DType dtype) {
    for (int[] s : new int[][] {{1, 1, 1}, {5, 7, 3}, {3, 2, 0}, {37, 20, 65}}) {
      for (Layout layout : Layout.values()) {
        for (int flags = 0; flags < 4; flags++) {
          boolean transA = (flags & 1) != 0;
          boolean transB = (flags & 2) != 0;
          List<Grid> a = random(s[0], s[2], 1);
          List<Grid> b = random(s[2], s[1], 10);
          List<Grid> c = random(s[0], s[1], 20);
          Stack left = stack(dtype, layout, transA ? a.stream().map(Grid::transposed).toList() : a);
          Stack right =
              stack(dtype, layout, transB ? b.stream().map(Grid::transposed).toList() : b);
          Stack result = stack(dtype, layout, c);
          batched().gemm(transA, transB, -1.5, left.batch(), right.batch(), 0.5, result.batch());
          List<Grid> expected =
              IntStream.range(0, COUNT)
                  .mapToObj(i -> ReferenceBlas.gemm(-1.5, a.get(i), b.get(i), 0.5, c.get(i)))
                  .toList();
          result.assertHolds(expected, tolerance(dtype), "batch " + layout + " " + flags);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void syrk(DType dtype) {
    for (Layout layout : Layout.values()) {
      List<Grid> a = random(21, 9, 1);
      Stack result = stack(dtype, layout, random(21, 21, 5));
      batched().syrk(false, stack(dtype, layout, a).batch(), result.batch());
      List<Grid> expected =
          a.stream().map(grid -> ReferenceBlas.multiply(grid, grid.transposed())).toList();
      result.assertHolds(expected, tolerance(dtype), "syrk");
      for (Grid read : result.read()) {
        assertArrayEquals(read.values(), read.transposed().values(), "both triangles are the same");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void orthonormalize(DType dtype) {
    Grid flat = ReferenceBlas.multiply(Grid.random(40, 3, 7), Grid.random(3, 8, 8));
    Grid graded = Grid.of(40, 8, (i, j) -> Grid.random(40, 8, 9).at(i, j) * Math.pow(10, -j));
    Grid random = Grid.random(40, 8, 6);
    Grid large = Grid.of(40, 8, (i, j) -> random.at(i, j) * 1e30);
    Grid small = Grid.of(40, 8, (i, j) -> random.at(i, j) * 1e-30);
    Grid zero = Grid.of(40, 8, (i, j) -> 0);
    List<Grid> hostile = List.of(random, flat, zero, graded, large, small);
    for (List<Grid> a : List.of(random(1, 1, 1), random(30, 30, 2), random(90, 17, 3), hostile)) {
      for (Layout layout : Layout.values()) {
        Stack q = stack(dtype, layout, a);
        batched().orthonormalize(q.batch());
        List<Grid> bases = q.read();
        q.assertHolds(bases, 0, "orthonormalize");
        for (int i = 0; i < bases.size(); i++) {
          Grid basis = bases.get(i);
          Placed.assertClose(
              Grid.identity(basis.cols()),
              ReferenceBlas.multiply(basis.transposed(), basis),
              20 * tolerance(dtype),
              "orthonormal columns of matrix " + i);
          Placed.assertClose(
              a.get(i),
              ReferenceBlas.multiply(basis, ReferenceBlas.multiply(basis.transposed(), a.get(i))),
              20 * tolerance(dtype),
              "the span of matrix " + i);
        }
      }
    }
  }

  /** Beside matrices that have no factor and must not do anything to those that have. */
  @ParameterizedTest
  @MethodSource("dtypes")
  void cholesky(DType dtype) {
    for (int n : new int[] {1, 2, 7, 33}) {
      Grid random = Grid.random(n, n + 3, n);
      Grid gram = ReferenceBlas.multiply(random, random.transposed());
      Grid positive = Grid.of(n, n, (i, j) -> gram.at(i, j) / n + (i == j ? 1 : 0));
      Grid negative = positive.map(value -> -value);
      Grid zero = positive.map(value -> 0);
      Grid indefinite = positive.with(n - 1, n - 1, -1);
      Grid nan = positive.with(n - 1, 0, Double.NaN).with(0, n - 1, Double.NaN);
      Grid infinite = positive.with(n / 2, n / 2, Double.POSITIVE_INFINITY);
      List<Grid> all =
          List.of(nan, positive, negative, Grid.identity(n), zero, indefinite, infinite, positive);
      boolean[] expected = {false, true, false, true, false, false, false, true};
      for (Layout layout : Layout.values()) {
        Stack stack = stack(dtype, layout, all);
        assertArrayEquals(expected, batched().cholesky(stack.batch()), n + " " + layout);
        List<Grid> factors = stack.read();
        stack.assertHolds(factors, 0, "nothing beside the matrices is written");
        for (int i = 0; i < expected.length; i++) {
          if (expected[i]) {
            Grid l = lower(factors.get(i));
            Placed.assertClose(
                all.get(i),
                ReferenceBlas.multiply(l, l.transposed()),
                5 * tolerance(dtype),
                "the product of the factors of matrix " + i);
          }
        }
      }
    }
  }

  private static Grid lower(Grid a) {
    return Grid.of(a.rows(), a.cols(), (i, j) -> i < j ? 0 : a.at(i, j));
  }

  /** What is above the diagonals is not read. */
  @ParameterizedTest
  @MethodSource("dtypes")
  void solveLower(DType dtype) {
    for (int[] s : new int[][] {{1, 1}, {5, 1}, {4, 3}, {40, 2}, {3, 0}}) {
      List<Grid> triangles =
          random(s[0], s[0], 3).stream()
              .map(
                  grid ->
                      Grid.of(
                          s[0],
                          s[0],
                          (i, j) -> i < j ? Double.NaN : i == j ? 3 : grid.at(i, j) / s[0]))
              .toList();
      List<Grid> solutions = random(s[0], s[1], 30);
      for (Layout layout : Layout.values()) {
        for (boolean transposed : new boolean[] {false, true}) {
          List<Grid> right =
              IntStream.range(0, COUNT)
                  .mapToObj(
                      i -> {
                        Grid l = lower(triangles.get(i));
                        return ReferenceBlas.multiply(
                            transposed ? l.transposed() : l, solutions.get(i));
                      })
                  .toList();
          Stack b = stack(dtype, layout, right);
          batched().solveLower(transposed, stack(dtype, layout, triangles).batch(), b.batch());
          b.assertHolds(solutions, 20 * tolerance(dtype), "solveLower " + s[0] + " " + transposed);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void nanAndInfinityAreArithmeticErrors(DType dtype) {
    for (double bad : new double[] {Double.NaN, Double.NEGATIVE_INFINITY}) {
      List<Grid> a = List.of(Grid.random(9, 4, 1), Grid.random(9, 4, 2).with(8, 3, bad));
      MatrixBatch batch = stack(dtype, Layout.SLICE, a).batch();
      assertThrows(ArithmeticException.class, () -> batched().orthonormalize(batch));
    }
  }

  @Test
  void wrongArgumentsAreRefused() {
    MatrixBatch a = stack(DType.F32, Layout.PACKED, random(4, 4, 1)).batch();
    MatrixBatch two = a.slice(0, 2);
    MatrixBatch flat = a.rows(0, 2);
    MatrixBatch doubles = stack(DType.F64, Layout.PACKED, random(4, 4, 1)).batch();
    List<Executable> wrong =
        List.of(
            () -> batched().gemm(false, false, 1, a, two, 0, a),
            () -> batched().gemm(false, false, 1, a, flat, 0, a),
            () -> batched().gemm(false, false, 1, a, doubles, 0, a),
            () -> batched().syrk(false, two, a),
            () -> batched().syrk(false, flat, a),
            () -> batched().orthonormalize(flat),
            () -> batched().cholesky(flat),
            () -> batched().solveLower(false, two, a),
            () -> batched().solveLower(false, flat, a),
            () -> batched().solveLower(false, doubles, a));
    wrong.forEach(call -> assertThrows(IllegalArgumentException.class, call));
    assertThrows(IllegalArgumentException.class, () -> new MatrixBatch(a.first(), 2, 3));
    assertThrows(IndexOutOfBoundsException.class, () -> new MatrixBatch(a.first(), 4, 16));
  }

  @Test
  void closedScopesAreIllegalStates() {
    Scope own = device().openScope();
    MatrixBatch closed = MatrixBatch.allocate(own, DType.F32, 2, 3, 3);
    own.close();
    List<Executable> late =
        List.of(
            () -> batched().gemm(false, false, 1, closed, closed, 0, closed),
            () -> batched().syrk(false, closed, closed),
            () -> batched().orthonormalize(closed),
            () -> batched().cholesky(closed),
            () -> batched().solveLower(false, closed, closed));
    late.forEach(call -> assertThrows(IllegalStateException.class, call));
  }
}
