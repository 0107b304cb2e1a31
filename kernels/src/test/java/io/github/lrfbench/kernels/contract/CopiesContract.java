package io.github.lrfbench.kernels.contract;

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.contract.Placed.Layout;
import io.github.lrfbench.kernels.ops.Nn;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every {@link Nn} promises of its operations that copy elements, by indices or by place. */
public abstract class CopiesContract extends ContractTest {
  private Nn nn() {
    return device().nn();
  }

  private Placed place(DType dtype, Layout layout, Grid grid) {
    return Placed.of(scope(), dtype, layout, grid);
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void embed(DType dtype) {
    for (int hidden : new int[] {1, 65, 768}) {
      Grid word = Grid.random(50, hidden, 1);
      Grid position = Grid.random(9, hidden, 2);
      Grid type = Grid.random(2, hidden, 3);
      int[] ids = {49, 0, 3, 3, 17};
      int[] positions = {0, 8, 1, 2, 8};
      int[] types = {0, 1, 1, 0, 0};
      for (Layout layout : Layout.values()) {
        for (int flags = 0; flags < 4; flags++) {
          boolean withPosition = (flags & 1) != 0;
          boolean withType = (flags & 2) != 0;
          Placed y = Placed.empty(scope(), dtype, layout, ids.length, hidden);
          nn().embed(
                  ints(ids),
                  place(dtype, layout, word).matrix(),
                  withPosition ? ints(positions) : null,
                  withPosition ? place(dtype, layout, position).matrix() : null,
                  withType ? ints(types) : null,
                  withType ? place(dtype, layout, type).matrix() : null,
                  y.matrix());
          Grid expected =
              Grid.of(
                  ids.length,
                  hidden,
                  (i, j) ->
                      word.at(ids[i], j)
                          + (withPosition ? position.at(positions[i], j) : 0)
                          + (withType ? type.at(types[i], j) : 0));
          y.assertHolds(expected, tolerance(dtype), "embed " + hidden + " " + flags);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void indicesOutsideTheirTablesAreFound(DType dtype) {
    Matrix table = packed(dtype, Grid.random(4, 3, 1));
    Matrix y = packed(dtype, Grid.random(2, 3, 2));
    Tensor good = ints(0, 3);
    for (int bad : new int[] {4, -1, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
      Tensor ids = ints(0, bad);
      assertThrows(
          IndexOutOfBoundsException.class, () -> nn().embed(ids, table, null, null, null, null, y));
      assertThrows(
          IndexOutOfBoundsException.class,
          () -> nn().embed(good, table, ids, table, null, null, y));
      assertThrows(
          IndexOutOfBoundsException.class,
          () -> nn().embed(good, table, null, null, ids, table, y));
      assertThrows(IndexOutOfBoundsException.class, () -> nn().gatherRows(table, ids, y));
      assertThrows(IndexOutOfBoundsException.class, () -> nn().scatterRows(y, ids, table));
      if (bad != -1) {
        Matrix wide = packed(dtype, Grid.random(2, 4, 1));
        Matrix taken = packed(dtype, Grid.random(2, 2, 2));
        assertThrows(IndexOutOfBoundsException.class, () -> nn().gatherColumns(wide, ids, taken));
        Tensor losses = scope().zeros(dtype, 2);
        assertThrows(IndexOutOfBoundsException.class, () -> nn().crossEntropy(y, ids, losses));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void gatherRows(DType dtype) {
    Grid x = Grid.random(20, 130, 1);
    for (Layout layout : Layout.values()) {
      for (int[] rows : new int[][] {{}, {19}, {3, 3, 0, 19, 1}}) {
        Placed y = Placed.empty(scope(), dtype, layout, rows.length, 130);
        nn().gatherRows(place(dtype, layout, x).matrix(), ints(rows), y.matrix());
        y.assertHolds(ReferenceNn.gatherRows(x, rows), 0, "gatherRows");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void gatherColumns(DType dtype) {
    for (int rows : new int[] {0, 1, 67}) {
      Grid x = Grid.random(rows, 130, 1);
      if (rows > 0) {
        x.values()[129] = Double.NaN;
        x.values()[3] = Double.NEGATIVE_INFINITY;
      }
      for (Layout layout : Layout.values()) {
        for (int[] columns : new int[][] {{}, {129}, {3, 3, 0, -1, 129, 1}, {-1}}) {
          Placed y = Placed.empty(scope(), dtype, layout, rows, columns.length);
          nn().gatherColumns(place(dtype, layout, x).matrix(), ints(columns), y.matrix());
          y.assertHolds(ReferenceNn.gatherColumns(x, columns), 0, "gatherColumns");
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void scatterRows(DType dtype) {
    Grid before = Grid.random(20, 130, 1);
    for (Layout layout : Layout.values()) {
      for (int[] rows : new int[][] {{}, {19}, {3, 0, 19, 1}}) {
        Grid x = Grid.random(rows.length, 130, 2);
        Placed y = place(dtype, layout, before);
        nn().scatterRows(place(dtype, layout, x).matrix(), ints(rows), y.matrix());
        Grid expected = before;
        for (int i = 0; i < rows.length; i++) {
          for (int j = 0; j < 130; j++) {
            expected = expected.with(rows[i], j, x.at(i, j));
          }
        }
        y.assertHolds(expected, 0, "scatterRows");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void spread(DType dtype) {
    // Rows, parts, and the columns of a part before and after.
    int[][] shapes = {
      {1, 1, 1, 1},
      {0, 2, 3, 4},
      {3, 2, 0, 4},
      {3, 2, 0, 0},
      {5, 3, 4, 8},
      {5, 12, 40, 64},
      {67, 3, 7, 13},
      {2, 131, 1, 2},
      {301, 1, 96, 96}
    };
    for (int[] s : shapes) {
      Grid x = Grid.random(s[0], s[1] * s[2], 1);
      if (x.values().length > 3) {
        x.values()[3] = Double.NaN;
        x.values()[0] = Double.NEGATIVE_INFINITY;
      }
      for (Layout layout : Layout.values()) {
        Placed y = Placed.empty(scope(), dtype, layout, s[0], s[1] * s[3]);
        nn().spread(place(dtype, layout, x).matrix(), s[1], y.matrix());
        y.assertHolds(ReferenceNn.spread(x, s[1], s[1] * s[3]), 0, "spread " + Arrays.toString(s));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void swapAxes(DType dtype) {
    int[][] shapes = {
      {1, 1, 1},
      {0, 2, 3},
      {3, 0, 2},
      {2, 1, 131},
      {2, 131, 1},
      {7, 5, 3},
      {37, 32, 24},
      {3, 65, 70}
    };
    for (int[] s : shapes) {
      Grid x = Grid.random(s[0], s[1] * s[2], 1);
      if (x.values().length > 3) {
        x.values()[3] = Double.NaN;
      }
      for (Layout layout : Layout.values()) {
        Placed y = Placed.empty(scope(), dtype, layout, s[0], s[1] * s[2]);
        nn().swapAxes(place(dtype, layout, x).matrix(), s[1], s[2], y.matrix());
        y.assertHolds(ReferenceNn.swapAxes(x, s[1], s[2]), 0, "swapAxes " + Arrays.toString(s));
        Placed back = Placed.empty(scope(), dtype, layout, s[0], s[1] * s[2]);
        nn().swapAxes(y.matrix(), s[2], s[1], back.matrix());
        back.assertHolds(x, 0, "swapped back " + Arrays.toString(s));
      }
    }
    Matrix x = packed(dtype, Grid.random(2, 6, 1));
    for (int[] wrong : new int[][] {{2, 2}, {-2, -3}, {6, 0}, {1 << 30, 1 << 30}}) {
      assertThrows(IllegalArgumentException.class, () -> nn().swapAxes(x, wrong[0], wrong[1], x));
    }
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void khatriRao(DType dtype) {
    for (int[] s :
        new int[][] {{1, 1, 1}, {0, 2, 3}, {3, 2, 0}, {1, 37, 24}, {5, 7, 131}, {8, 3, 4}}) {
      Grid a = Grid.random(s[0], s[2], 1);
      Grid b = Grid.random(s[1], s[2], 2);
      for (Layout layout : Layout.values()) {
        Placed y = Placed.empty(scope(), dtype, layout, s[0] * s[1], s[2]);
        nn().khatriRao(
                place(dtype, layout, a).matrix(), place(dtype, layout, b).matrix(), y.matrix());
        double rounding = dtype == DType.F64 ? 1e-15 : 1e-6;
        y.assertHolds(ReferenceNn.khatriRao(a, b), rounding, "khatriRao " + Arrays.toString(s));
      }
    }
    Matrix two = packed(dtype, Grid.random(2, 6, 1));
    Matrix narrow = packed(dtype, Grid.random(2, 5, 2));
    assertThrows(IllegalArgumentException.class, () -> nn().khatriRao(two, narrow, two));
    assertThrows(IllegalArgumentException.class, () -> nn().khatriRao(two, two, two));
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void unevenPartsAreIllegalArguments(DType dtype) {
    Matrix narrow = packed(dtype, Grid.random(2, 6, 1));
    Matrix wide = packed(dtype, Grid.random(2, 12, 2));
    for (int parts : new int[] {-1, 0, 4, 5, 12}) {
      assertThrows(IllegalArgumentException.class, () -> nn().spread(narrow, parts, wide));
    }
    assertThrows(IllegalArgumentException.class, () -> nn().spread(wide, 2, narrow));
  }
}
