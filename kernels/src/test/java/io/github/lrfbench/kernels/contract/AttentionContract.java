package io.github.lrfbench.kernels.contract;

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.contract.Placed.Layout;
import io.github.lrfbench.kernels.ops.Nn;
import io.github.lrfbench.kernels.ops.Segments;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every {@link Nn} promises of its operations on sequences. */
public abstract class AttentionContract extends ContractTest {
  private Nn nn() {
    return device().nn();
  }

  private Segments segments(int... offsets) {
    int longest = 0;
    for (int s = 0; s + 1 < offsets.length; s++) {
      longest = Math.max(longest, offsets[s + 1] - offsets[s]);
    }
    return new Segments(ints(offsets), offsets.length - 1, longest);
  }

  /** Checks attention on slices of one matrix of queries, keys and values beside each other. */
  private void check(
      DType dtype, Grid qkv, int[] offsets, int heads, double scale, boolean causal) {
    int hidden = qkv.cols() / 3;
    Matrix all = Placed.of(scope(), dtype, Layout.SLICE, qkv).matrix();
    Placed y = Placed.empty(scope(), dtype, Layout.SLICE, qkv.rows(), hidden);
    nn().attention(
            all.columns(0, hidden),
            all.columns(hidden, 2 * hidden),
            all.columns(2 * hidden, 3 * hidden),
            segments(offsets),
            heads,
            scale,
            causal,
            y.matrix());
    Grid expected =
        ReferenceNn.attention(
            qkv.columns(0, hidden),
            qkv.columns(hidden, 2 * hidden),
            qkv.columns(2 * hidden, 3 * hidden),
            offsets,
            heads,
            scale,
            causal);
    String what = dtype + " attention " + Arrays.toString(offsets) + (causal ? " causal" : "");
    y.assertHolds(expected, tolerance(dtype), what + " of " + heads + " x " + hidden / heads);
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void attention(DType dtype) {
    int[][] offsets = {
      {0, 1}, {0, 0}, {0, 5, 6, 23}, {0, 1, 2, 3, 4}, {0, 130, 133, 133, 197}, {0, 64, 128}
    };
    int[][] heads = {{1, 1}, {3, 5}, {2, 64}, {12, 8}};
    for (int[] sequences : offsets) {
      for (int[] head : heads) {
        Grid qkv = Grid.random(sequences[sequences.length - 1], 3 * head[0] * head[1], 1);
        for (boolean causal : new boolean[] {false, true}) {
          check(dtype, qkv, sequences, head[0], 1 / Math.sqrt(head[1]), causal);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void attentionInLongSequences(DType dtype) {
    Grid qkv = Grid.random(1100, 3 * 2 * 16, 1);
    for (boolean causal : new boolean[] {false, true}) {
      check(dtype, qkv, new int[] {0, 1029, 1100}, 2, 0.25, causal);
    }
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void attentionWithScoresOfThousands(DType dtype) {
    Grid noise = Grid.random(40, 12, 1);
    Grid qkv = Grid.of(40, 12, (i, j) -> j < 8 ? Math.rint(40 * noise.at(i, j)) : noise.at(i, j));
    for (boolean causal : new boolean[] {false, true}) {
      check(dtype, qkv, new int[] {0, 3, 40}, 1, 0.5, causal);
      check(dtype, qkv, new int[] {0, 3, 40}, 2, -0.5, causal);
    }
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void nanStaysInItsSequenceAndHead(DType dtype) {
    for (int column : new int[] {1, 9, 17}) {
      Grid qkv = Grid.random(50, 24, 1).with(21, column, Double.NaN);
      check(dtype, qkv, new int[] {0, 20, 31, 50}, 2, 0.5, false);
    }
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void cachedAttention(DType dtype) {
    // The first sequence lies in a row, the others are mixed and share some rows.
    int[][] rows = {{4, 5, 6, 7, 8, 9}, {30}, {0, 39, 4, 5, 17, 3, 2}, new int[33]};
    for (int t = 0; t < rows[3].length; t++) {
      rows[3][t] = t * 7 % 40;
    }
    for (int[] head : new int[][] {{1, 1}, {3, 5}, {2, 64}, {12, 8}, {1, 130}}) {
      int hidden = head[0] * head[1];
      Grid q = Grid.random(rows.length, hidden, 1);
      Grid keys = Grid.random(40, hidden, 2);
      Grid values = Grid.random(40, hidden, 3);
      for (Layout layout : Layout.values()) {
        Placed y = Placed.empty(scope(), dtype, layout, rows.length, hidden);
        nn().cachedAttention(
                Placed.of(scope(), dtype, layout, q).matrix(),
                Placed.of(scope(), dtype, layout, keys).matrix(),
                Placed.of(scope(), dtype, layout, values).matrix(),
                table(rows, 34),
                ints(6, 1, 7, 33),
                head[0],
                1 / Math.sqrt(head[1]),
                y.matrix());
        y.assertHolds(
            ReferenceNn.cachedAttention(q, keys, values, rows, head[0], 1 / Math.sqrt(head[1])),
            tolerance(dtype),
            dtype + " cached attention of " + head[0] + " x " + head[1] + " " + layout);
      }
    }
  }

  /** Scores and what threads exchange just take more shared memory than GPUs give unasked. */
  @ParameterizedTest
  @MethodSource("dtypes")
  void cachedAttentionOfLongCaches(DType dtype) {
    int[][] rows = {{2, 0, 1}};
    Grid q = Grid.random(1, 64, 1);
    Grid keys = Grid.random(3, 64, 2);
    Grid values = Grid.random(3, 64, 3);
    for (int capacity : new int[] {5_600, 11_744, 16_000}) {
      Placed y = Placed.empty(scope(), dtype, Layout.PACKED, 1, 64);
      nn().cachedAttention(
              packed(dtype, q),
              packed(dtype, keys),
              packed(dtype, values),
              table(rows, capacity),
              ints(3),
              1,
              0.125,
              y.matrix());
      y.assertHolds(
          ReferenceNn.cachedAttention(q, keys, values, rows, 1, 0.125),
          tolerance(dtype),
          dtype + " cached attention over " + capacity);
    }
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void cachedAttentionOfTheLastTokenIsThatOfAllTokens(DType dtype) {
    int length = 300;
    Grid qkv = Grid.random(length, 3 * 2 * 64, 1);
    Grid expected =
        ReferenceNn.attention(
            qkv.columns(0, 128),
            qkv.columns(128, 256),
            qkv.columns(256, 384),
            new int[] {0, length},
            2,
            0.125,
            true);
    int[] rows = new int[length];
    for (int t = 0; t < length; t++) {
      rows[t] = t;
    }
    Placed y = Placed.empty(scope(), dtype, Layout.PACKED, 1, 128);
    Matrix all = packed(dtype, qkv);
    nn().cachedAttention(
            all.columns(0, 128).rows(length - 1, length),
            all.columns(128, 256),
            all.columns(256, 384),
            table(new int[][] {rows}, length),
            ints(length),
            2,
            0.125,
            y.matrix());
    y.assertHolds(expected.rows(length - 1, length), tolerance(dtype), "the last token");
  }

  /** A table of a cache's rows; what is not used must not be looked at. */
  private Tensor table(int[][] rows, int capacity) {
    int[] table = new int[rows.length * capacity];
    Arrays.fill(table, Integer.MAX_VALUE);
    for (int s = 0; s < rows.length; s++) {
      System.arraycopy(rows[s], 0, table, s * capacity, rows[s].length);
    }
    return scope().ints(table, rows.length, capacity);
  }

  @Test
  void wrongCachesAreRefused() {
    Matrix q = packed(DType.F32, Grid.random(2, 4, 1));
    Matrix y = packed(DType.F32, Grid.random(2, 4, 2));
    Matrix cache = packed(DType.F32, Grid.random(6, 4, 3));
    Tensor rows = table(new int[][] {{0, 1}, {2, 5}}, 2);
    Tensor outside = table(new int[][] {{0, 1}, {2, 6}}, 2);
    List<Executable> bounds =
        List.of(
            () -> nn().cachedAttention(q, cache, cache, outside, ints(2, 2), 2, 1, y),
            () -> nn().cachedAttention(q, cache, cache, rows, ints(2, 3), 2, 1, y),
            () -> nn().cachedAttention(q, cache, cache, rows, ints(0, 2), 2, 1, y));
    bounds.forEach(call -> assertThrows(IndexOutOfBoundsException.class, call));
    List<Executable> wrong =
        List.of(
            () -> nn().cachedAttention(q, cache, cache, rows, ints(2, 2), 3, 1, y),
            () -> nn().cachedAttention(q, cache, q, rows, ints(2, 2), 2, 1, y),
            () -> nn().cachedAttention(q, cache, cache, rows.view(0, 4), ints(2, 2), 2, 1, y),
            () -> nn().cachedAttention(q, cache, cache, rows, ints(2), 2, 1, y));
    wrong.forEach(call -> assertThrows(IllegalArgumentException.class, call));
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void meanPool(DType dtype) {
    for (int hidden : new int[] {1, 7, 130}) {
      Grid x = Grid.random(150, hidden, 1);
      int[] offsets = {0, 1, 130, 131, 150};
      for (Layout layout : Layout.values()) {
        Placed y = Placed.empty(scope(), dtype, layout, 4, hidden);
        Matrix input = Placed.of(scope(), dtype, layout, x).matrix();
        nn().meanPool(input, segments(offsets), y.matrix());
        y.assertHolds(ReferenceNn.meanPool(x, offsets), tolerance(dtype), "meanPool");
      }
    }
  }

  @Test
  void wrongSegmentsAreIllegalArguments() {
    Matrix x = packed(DType.F32, Grid.random(6, 4, 1));
    Matrix y = packed(DType.F32, Grid.random(6, 4, 2));
    Matrix two = packed(DType.F32, Grid.random(2, 4, 3));
    List<Executable> wrong =
        List.of(
            () -> nn().attention(x, x, x, segments(0, 5), 1, 1, false, y),
            () -> nn().attention(x, x, x, segments(0, 7), 1, 1, false, y),
            () -> nn().attention(x, x, x, segments(1, 6), 1, 1, false, y),
            () -> nn().attention(x, x, x, segments(0, 4, 2, 6), 1, 1, false, y),
            () -> nn().attention(x, x, x, segments(0, 6), 3, 1, false, y),
            () -> nn().attention(x, x, x, segments(0, 6), 0, 1, false, y),
            () -> nn().meanPool(x, segments(0, 5, 5), two),
            () -> nn().meanPool(x, segments(0, 6, 6), two),
            () -> nn().meanPool(x, segments(0, 6), two),
            () -> new Segments(ints(0, 1, 2), 1, 1),
            () -> new Segments(vector(DType.F32, 0, 1), 1, 1));
    wrong.forEach(call -> assertThrows(IllegalArgumentException.class, call));
  }
}
