package io.github.lrfbench.kernels.cuda;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.contract.Grid;
import io.github.lrfbench.kernels.contract.ReferenceNn;
import io.github.lrfbench.kernels.cuda.RoundedMatrix.Margin;
import io.github.lrfbench.kernels.ops.Activation;
import io.github.lrfbench.kernels.ops.Segments;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The operations on 16-bit types against the float64 reference on the same rounded inputs. Results
 * may be off by a few units of the type's last place: 2e-3 and 2e-2 of the largest.
 */
@Tag("cuda")
class HalfNnTest {
  private Device device;
  private Scope scope;

  @BeforeEach
  void open() {
    device = Devices.open("cuda");
    scope = device.openScope();
  }

  @AfterEach
  void close() {
    scope.close();
    device.close();
  }

  private static double tolerance(DType dtype) {
    return dtype == DType.F16 ? 2e-3 : 2e-2;
  }

  private RoundedMatrix random(DType dtype, Margin margin, int rows, int cols, int seed) {
    return RoundedMatrix.of(scope, dtype, margin, Grid.random(rows, cols, seed));
  }

  private RoundedMatrix result(DType dtype, Margin margin, int rows, int cols) {
    return RoundedMatrix.of(scope, dtype, margin, Grid.of(rows, cols, (i, j) -> Double.NaN));
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void linear(DType dtype) {
    for (Margin margin : Margin.values()) {
      RoundedMatrix x = random(dtype, margin, 21, 48, 1);
      RoundedMatrix w = random(dtype, margin, 40, 48, 2);
      RoundedMatrix bias = random(dtype, Margin.NONE, 1, 40, 3);
      for (Activation activation : Activation.values()) {
        RoundedMatrix y = result(dtype, margin, 21, 40);
        device.nn().linear(x.matrix(), true, w.matrix(), bias.tensor(), activation, y.matrix());
        y.assertHolds(
            ReferenceNn.linear(x.values(), w.values(), bias.values().values(), activation),
            2 * tolerance(dtype),
            dtype + " linear " + margin + " " + activation);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void layerNorm(DType dtype) {
    for (Margin margin : Margin.values()) {
      for (int cols : new int[] {8, 64, 130, 768, 1032, 8200}) {
        RoundedMatrix x = random(dtype, margin, 3, cols, 1);
        RoundedMatrix residual = random(dtype, margin, 3, cols, 2);
        RoundedMatrix bias = random(dtype, Margin.NONE, 1, cols, 3);
        RoundedMatrix gamma = random(dtype, Margin.NONE, 1, cols, 4);
        RoundedMatrix beta = random(dtype, Margin.NONE, 1, cols, 5);
        RoundedMatrix y = result(dtype, margin, 3, cols);
        device
            .nn()
            .layerNorm(
                x.matrix(),
                bias.tensor(),
                residual.matrix(),
                gamma.tensor(),
                beta.tensor(),
                1e-5,
                y.matrix());
        y.assertHolds(
            ReferenceNn.layerNorm(
                x.values(),
                bias.values().values(),
                residual.values(),
                gamma.values().values(),
                beta.values().values(),
                1e-5),
            tolerance(dtype),
            dtype + " layerNorm of " + cols + " " + margin);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void softmax(DType dtype) {
    int[] valid = {0, 1, 5, 200};
    for (Margin margin : Margin.values()) {
      for (int cols : new int[] {8, 200}) {
        RoundedMatrix x = random(dtype, margin, 4, cols, 1);
        Grid expected = ReferenceNn.softmax(x.values(), 0.7, clip(valid, cols));
        device.nn().scaledMaskedSoftmax(x.matrix(), 0.7, scope.ints(valid, 4));
        x.assertHolds(expected, tolerance(dtype), dtype + " softmax of " + cols + " " + margin);
      }
    }
  }

  private static int[] clip(int[] values, int limit) {
    return Arrays.stream(values).map(value -> Math.min(value, limit)).toArray();
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void attentionOfOddAndEvenHeads(DType dtype) {
    int[] offsets = {0, 5, 6, 6, 79, 209};
    for (int[] heads : new int[][] {{1, 64}, {2, 32}, {1, 128}, {1, 40}, {2, 5}, {1, 144}}) {
      for (boolean causal : new boolean[] {false, true}) {
        check(dtype, Margin.ALIGNED, offsets, heads[0], heads[1], causal);
      }
    }
    check(dtype, Margin.ODD, offsets, 2, 64, true);
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void attentionInLongSequencesAndManyBlocks(DType dtype) {
    check(dtype, Margin.NONE, new int[] {0, 400}, 1, 32, false);
    check(dtype, Margin.NONE, new int[] {0, 301, 400}, 1, 32, true);
  }

  private void check(
      DType dtype, Margin margin, int[] offsets, int heads, int size, boolean causal) {
    int rows = offsets[offsets.length - 1];
    int hidden = heads * size;
    RoundedMatrix qkv = random(dtype, margin, rows, 3 * hidden, 1);
    Matrix all = qkv.matrix();
    RoundedMatrix y = result(dtype, margin, rows, hidden);
    double scale = 1 / Math.sqrt(size);
    Segments segments = new Segments(scope.ints(offsets, offsets.length), offsets.length - 1, rows);
    device
        .nn()
        .attention(
            all.columns(0, hidden),
            all.columns(hidden, 2 * hidden),
            all.columns(2 * hidden, 3 * hidden),
            segments,
            heads,
            scale,
            causal,
            y.matrix());
    Grid grid = qkv.values();
    Grid expected =
        ReferenceNn.attention(
            grid.columns(0, hidden),
            grid.columns(hidden, 2 * hidden),
            grid.columns(2 * hidden, 3 * hidden),
            offsets,
            heads,
            scale,
            causal);
    y.assertHolds(
        expected,
        tolerance(dtype),
        dtype + " attention of " + heads + " x " + size + " " + margin + (causal ? " causal" : ""));
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void cachedAttentionAndScatter(DType dtype) {
    int[][] rows = {{2, 3, 4}, {9, 0, 7, 1}};
    for (Margin margin : Margin.values()) {
      RoundedMatrix q = random(dtype, margin, 2, 128, 1);
      RoundedMatrix keys = random(dtype, margin, 10, 128, 2);
      RoundedMatrix values = random(dtype, margin, 10, 128, 3);
      RoundedMatrix y = result(dtype, margin, 2, 128);
      device
          .nn()
          .cachedAttention(
              q.matrix(),
              keys.matrix(),
              values.matrix(),
              scope.ints(new int[] {2, 3, 4, -1, 9, 0, 7, 1}, 2, 4),
              scope.ints(new int[] {3, 4}, 2),
              2,
              0.125,
              y.matrix());
      y.assertHolds(
          ReferenceNn.cachedAttention(q.values(), keys.values(), values.values(), rows, 2, 0.125),
          tolerance(dtype),
          dtype + " cached attention " + margin);
      device.nn().scatterRows(q.matrix(), scope.ints(new int[] {1, 0}, 2), y.matrix());
      y.assertHolds(ReferenceNn.gatherRows(q.values(), new int[] {1, 0}), 0, "scatterRows");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void add(DType dtype) {
    for (Margin margin : Margin.values()) {
      for (int width : new int[] {64, 13, 1}) {
        RoundedMatrix x = random(dtype, margin, 3, width, 1);
        RoundedMatrix y = random(dtype, margin, 3, width, 2);
        Grid sum = ReferenceNn.add(x.values(), y.values());
        device.nn().add(x.matrix(), y.matrix());
        y.assertHolds(sum, tolerance(dtype), dtype + " add " + width + " " + margin);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void spread(DType dtype) {
    for (Margin margin : Margin.values()) {
      for (int[] part : new int[][] {{40, 64}, {8, 8}, {5, 13}, {0, 4}}) {
        RoundedMatrix x = random(dtype, margin, 3, 4 * part[0], 1);
        RoundedMatrix y = result(dtype, margin, 3, 4 * part[1]);
        device.nn().spread(x.matrix(), 4, y.matrix());
        Grid expected = ReferenceNn.spread(x.values(), 4, 4 * part[1]);
        y.assertHolds(expected, 0, dtype + " spread " + part[0] + " " + margin);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void swapAxes(DType dtype) {
    for (Margin margin : Margin.values()) {
      RoundedMatrix x = random(dtype, margin, 3, 5 * 16, 1);
      RoundedMatrix y = result(dtype, margin, 3, 5 * 16);
      device.nn().swapAxes(x.matrix(), 5, 16, y.matrix());
      y.assertHolds(ReferenceNn.swapAxes(x.values(), 5, 16), 0, dtype + " swapAxes " + margin);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void gatherColumns(DType dtype) {
    int[] columns = {79, 0, -1, 33, 1};
    for (Margin margin : Margin.values()) {
      RoundedMatrix x = random(dtype, margin, 3, 80, 1);
      RoundedMatrix y = result(dtype, margin, 3, columns.length);
      device.nn().gatherColumns(x.matrix(), scope.ints(columns, columns.length), y.matrix());
      Grid expected = ReferenceNn.gatherColumns(x.values(), columns);
      y.assertHolds(expected, 0, dtype + " gatherColumns " + margin);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void khatriRao(DType dtype) {
    for (Margin margin : Margin.values()) {
      RoundedMatrix a = random(dtype, margin, 3, 48, 1);
      RoundedMatrix b = random(dtype, margin, 5, 48, 2);
      RoundedMatrix y = result(dtype, margin, 15, 48);
      device.nn().khatriRao(a.matrix(), b.matrix(), y.matrix());
      y.assertHolds(
          ReferenceNn.khatriRao(a.values(), b.values()),
          tolerance(dtype),
          dtype + " khatriRao " + margin);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void rows(DType dtype) {
    int[] ids = {3, 0, 3};
    int[] offsets = {0, 1, 3};
    for (Margin margin : Margin.values()) {
      RoundedMatrix table = random(dtype, margin, 4, 72, 1);
      RoundedMatrix taken = result(dtype, margin, 3, 72);
      device.nn().gatherRows(table.matrix(), scope.ints(ids, 3), taken.matrix());
      Grid expected = ReferenceNn.gatherRows(table.values(), ids);
      taken.assertHolds(expected, 0, dtype + " gatherRows " + margin);
      RoundedMatrix mean = result(dtype, margin, 2, 72);
      Segments segments = new Segments(scope.ints(offsets, 3), 2, 2);
      device.nn().meanPool(taken.matrix(), segments, mean.matrix());
      mean.assertHolds(
          ReferenceNn.meanPool(expected, offsets), tolerance(dtype), dtype + " meanPool " + margin);
    }
  }
}
