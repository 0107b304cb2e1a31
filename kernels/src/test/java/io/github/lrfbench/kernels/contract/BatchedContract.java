package io.github.lrfbench.kernels.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.contract.Placed.Layout;
import io.github.lrfbench.kernels.ops.Batched;
import io.github.lrfbench.kernels.ops.MatrixBatch;
import java.util.Collections;
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
  void solvePositive(DType dtype) {
    for (int[] s : new int[][] {{1, 1}, {2, 3}, {7, 1}, {33, 2}, {4, 0}}) {
      int n = s[0];
      Grid random = Grid.random(n, n + 3, n);
      Grid gram = ReferenceBlas.multiply(random, random.transposed());
      Grid positive = Grid.of(n, n, (i, j) -> gram.at(i, j) / n + (i == j ? 1 : 0));
      Grid nan = positive.with(n - 1, 0, Double.NaN).with(0, n - 1, Double.NaN);
      List<Grid> all =
          List.of(
              nan,
              positive,
              positive.map(value -> -value),
              Grid.identity(n),
              positive.map(value -> 0),
              positive.with(n - 1, n - 1, -1),
              positive.with(n / 2, n / 2, Double.POSITIVE_INFINITY),
              positive);
      boolean[] expected = {false, true, false, true, false, false, false, true};
      for (Layout layout : Layout.values()) {
        List<Grid> solutions =
            IntStream.range(0, all.size()).mapToObj(b -> Grid.random(n, s[1], 30 + b)).toList();
        Stack a = stack(dtype, layout, all);
        Stack b =
            stack(
                dtype,
                layout,
                IntStream.range(0, all.size())
                    .mapToObj(i -> ReferenceBlas.multiply(all.get(i), solutions.get(i)))
                    .toList());
        assertArrayEquals(
            expected, batched().solvePositive(a.batch(), b.batch()), n + " " + layout);
        a.assertHolds(a.read(), 0, "nothing beside the matrices is written");
        List<Grid> read = b.read();
        b.assertHolds(read, 0, "nothing beside the solutions is written");
        for (int i = 0; i < expected.length; i++) {
          if (expected[i]) {
            Placed.assertClose(
                solutions.get(i), read.get(i), 50 * tolerance(dtype), "solutions of matrix " + i);
          }
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
    MatrixBatch identities =
        stack(DType.F32, Layout.PACKED, Collections.nCopies(COUNT, Grid.identity(4))).batch();
    MatrixBatch doubles = stack(DType.F64, Layout.PACKED, random(4, 4, 1)).batch();
    List<Executable> wrong =
        List.of(
            () -> batched().gemm(false, false, 1, a, two, 0, a),
            () -> batched().gemm(false, false, 1, a, flat, 0, a),
            () -> batched().gemm(false, false, 1, a, doubles, 0, a),
            () -> batched().syrk(false, two, a),
            () -> batched().syrk(false, flat, a),
            () -> batched().orthonormalize(flat),
            () -> batched().solvePositive(flat, a),
            () -> batched().solvePositive(two, a),
            () -> batched().solvePositive(identities, flat),
            () -> batched().solvePositive(identities, doubles));
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
            () -> batched().solvePositive(closed, closed));
    late.forEach(call -> assertThrows(IllegalStateException.class, call));
  }
}
