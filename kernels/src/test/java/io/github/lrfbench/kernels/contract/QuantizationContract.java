package io.github.lrfbench.kernels.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.lrfbench.kernels.CapturedGraph;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.contract.Placed.Layout;
import io.github.lrfbench.kernels.ops.Activation;
import io.github.lrfbench.kernels.ops.Nn;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every {@link Nn} promises of integer codes. */
public abstract class QuantizationContract extends ContractTest {
  /** Rows, columns and group. */
  private static final int[][] SHAPES = {
    {1, 1, 1},
    {0, 3, 2},
    {3, 0, 2},
    {1, 1, 4},
    {2, 7, 3},
    {3, 131, 131},
    {5, 130, 32},
    {4, 64, 1},
    {3, 96, 1000},
    {67, 768, 128},
    {2, 3001, Integer.MAX_VALUE}
  };

  private Nn nn() {
    return device().nn();
  }

  /** Codes with the extremes among them. */
  private static Grid codes(int rows, int cols, int lowest, int highest) {
    Random random = new Random(3);
    return Grid.of(
        rows,
        cols,
        (i, j) ->
            switch ((i * cols + j) % 5) {
              case 0 -> lowest;
              case 1 -> highest;
              default -> lowest + random.nextInt(highest - lowest + 1);
            });
  }

  /** Codes on the device, in the middle of others. */
  private Matrix upload(int bits, Grid codes, Layout layout) {
    return upload(bits == 8 ? DType.I8 : DType.U8, bits, codes, layout);
  }

  private Matrix upload(DType dtype, int bits, Grid codes, Layout layout) {
    int width = (codes.cols() * bits + 7) / 8;
    int margin = layout == Layout.PACKED ? 0 : 3;
    int stride = width + 2 * margin;
    byte[] bytes = new byte[(codes.rows() + 1) * stride];
    for (int i = 0; i < codes.rows(); i++) {
      for (int j = 0; j < codes.cols(); j++) {
        int code = (int) codes.at(i, j);
        for (int bit = 0; bit < bits; bit++) {
          int at = j * bits + bit;
          bytes[i * stride + margin + at / 8] |= (byte) ((code >> bit & 1) << at % 8);
        }
      }
    }
    return Matrix.of(scope().codes(dtype, bytes, codes.rows() + 1, stride))
        .rows(0, codes.rows())
        .columns(margin, margin + width);
  }

  private Tensor upload(Grid grid) {
    return grid == null ? null : vector(DType.F32, grid.values());
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void dequantize(DType dtype) {
    for (int[] s : SHAPES) {
      int groups = (int) ((s[1] - 1L + s[2]) / s[2]);
      Grid scales = Grid.random(s[0], groups, 1);
      Grid zeros = Grid.random(s[0], groups, 2).map(Math::rint);
      for (int bits : new int[] {1, 3, 4, 8}) {
        Grid codes =
            bits == 8 ? codes(s[0], s[1], -128, 127) : codes(s[0], s[1], 0, (1 << bits) - 1);
        for (Layout layout : Layout.values()) {
          for (Grid origin : Arrays.asList(null, zeros)) {
            Placed y = Placed.empty(scope(), dtype, layout, s[0], s[1]);
            nn().dequantize(
                    upload(bits, codes, layout),
                    bits,
                    upload(scales),
                    upload(origin),
                    s[2],
                    y.matrix());
            y.assertHolds(
                ReferenceNn.dequantize(codes, bits, scales, origin, s[2]),
                tolerance(dtype),
                bits + " bits " + Arrays.toString(s));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void oneScaleForAllRows(DType dtype) {
    for (int[] s : new int[][] {{0, 3}, {1, 1}, {2, 7}, {5, 130}, {67, 96}}) {
      for (int bits : new int[] {3, 8}) {
        Grid codes =
            bits == 8 ? codes(s[0], s[1], -128, 127) : codes(s[0], s[1], 0, (1 << bits) - 1);
        for (Grid origin : Arrays.asList(null, Grid.row(2.5))) {
          Grid own = origin == null ? null : Grid.of(s[0], 1, (i, j) -> 2.5);
          Placed y = Placed.empty(scope(), dtype, Layout.SLICE, s[0], s[1]);
          nn().dequantize(
                  upload(bits, codes, Layout.SLICE),
                  bits,
                  upload(Grid.row(0.375)),
                  upload(origin),
                  s[1],
                  y.matrix());
          y.assertHolds(
              ReferenceNn.dequantize(codes, bits, Grid.of(s[0], 1, (i, j) -> 0.375), own, s[1]),
              tolerance(dtype),
              bits + " bits " + Arrays.toString(s));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void palettes(DType dtype) {
    for (int[] s : SHAPES) {
      for (int rows : new int[] {1, 2, 1000}) {
        for (int bits : new int[] {3, 8}) {
          Grid codes = codes(s[0], s[1], 0, (1 << bits) - 1);
          Grid tables = Grid.random((s[0] + rows - 1) / rows, 1 << bits, bits);
          for (Layout layout : Layout.values()) {
            Placed y = Placed.empty(scope(), dtype, layout, s[0], s[1]);
            nn().palette(
                    upload(DType.U8, bits, codes, layout), bits, upload(tables), rows, y.matrix());
            y.assertHolds(
                ReferenceNn.palette(codes, tables, rows),
                tolerance(dtype),
                bits + " bits, tables for " + rows + " rows, " + Arrays.toString(s));
          }
        }
      }
    }
  }

  @Test
  void palettesThatDoNotFitAreIllegal() {
    Matrix y = packed(DType.F32, Grid.random(4, 7, 1));
    Matrix codes = Matrix.of(scope().zeros(DType.U8, 4, 4));
    Tensor tables = scope().zeros(DType.F32, 2, 16);
    List<Executable> wrong =
        List.of(
            () -> nn().palette(codes, 4, tables, 0, y),
            () -> nn().palette(codes, 4, tables, 1, y),
            () -> nn().palette(codes, 3, tables, 2, y),
            () -> nn().palette(codes, 9, tables, 2, y),
            () -> nn().palette(codes, 4, scope().zeros(DType.F64, 2, 16), 2, y),
            () -> nn().palette(Matrix.of(scope().zeros(DType.I8, 4, 4)), 4, tables, 2, y),
            () -> nn().palette(codes, 4, tables, 2, y.rows(0, 3)));
    wrong.forEach(call -> assertThrows(IllegalArgumentException.class, call));
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void tilesOfRows(DType dtype) {
    Grid codes = codes(9, 21, 0, 15);
    Grid scales = Grid.random(9, 3, 1);
    Placed y = Placed.empty(scope(), dtype, Layout.SLICE, 4, 21);
    nn().dequantize(
            upload(4, codes, Layout.SLICE).rows(3, 7),
            4,
            upload(scales).view(9, 12),
            null,
            8,
            y.matrix());
    y.assertHolds(
        ReferenceNn.dequantize(codes, 4, scales, null, 8).rows(3, 7),
        tolerance(dtype),
        "rows 3 to 7");
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void hostileScales(DType dtype) {
    double[] scales = {0, Double.NaN, Double.POSITIVE_INFINITY, 1e-30f, 1, 1, 1};
    scales[4] = dtype == DType.F16 ? 300 : 1e30f;
    double[] zeros = {0, 0, 0.5, 0, 0, Double.NaN, 1e-3f};
    Grid codes = codes(1, 28, -128, 127);
    Grid scale = Grid.row(scales);
    Grid zero = Grid.row(zeros);
    Grid expected = ReferenceNn.dequantize(codes, 8, scale, zero, 4);
    Placed y = Placed.empty(scope(), dtype, Layout.SLICE, 1, 28);
    nn().dequantize(upload(8, codes, Layout.PACKED), 8, upload(scale), upload(zero), 4, y.matrix());
    for (int g = 0; g < scales.length; g++) {
      Placed.assertClose(
          expected.columns(4 * g, 4 * g + 4),
          y.read().columns(4 * g, 4 * g + 4),
          tolerance(dtype),
          "scale " + scales[g] + " and zero " + zeros[g]);
    }
  }

  /**
   * Beside the product with what the codes stand for, where the device has it; else nothing is
   * done.
   */
  @ParameterizedTest
  @MethodSource("dtypes")
  void codedLinear(DType dtype) {
    int[][] shapes = {
      {1, 1, 1, 1}, {0, 3, 2, 2}, {2, 0, 3, 2}, {3, 7, 5, 3}, {8, 96, 9, 32}, {9, 8, 3, 8}
    };
    for (int[] s : shapes) {
      int groups = (s[1] + s[3] - 1) / s[3];
      Grid scales = Grid.random(s[2], groups, 1).map(scale -> (float) (scale / 50));
      Grid zeros = Grid.random(s[2], groups, 2).map(Math::rint);
      for (int bits : new int[] {3, 4, 8}) {
        Grid codes =
            bits == 8 ? codes(s[2], s[1], -128, 127) : codes(s[2], s[1], 0, (1 << bits) - 1);
        for (Layout layout : Layout.values()) {
          Grid origin = layout == Layout.PACKED ? null : zeros;
          double[] bias = layout == Layout.PACKED ? null : Grid.random(1, s[2], 3).values();
          Placed x = Placed.of(scope(), dtype, layout, Grid.random(s[0], s[1], 4));
          Placed y = Placed.empty(scope(), dtype, layout, s[0], s[2]);
          boolean done =
              nn().codedLinear(
                      x.matrix(),
                      upload(bits, codes, layout),
                      bits,
                      upload(scales),
                      upload(origin),
                      s[3],
                      bias == null ? null : vector(dtype, bias),
                      Activation.TANH,
                      y.matrix());
          Grid w = ReferenceNn.dequantize(codes, bits, scales, origin, s[3]);
          Grid wanted =
              done
                  ? ReferenceNn.linear(x.read(), w, bias, Activation.TANH)
                  : Grid.of(s[0], s[2], (i, j) -> Double.NaN);
          assertEquals(done, multipliesCodes(s[0]));
          y.assertHolds(wanted, 2 * tolerance(dtype), bits + " bits " + Arrays.toString(s));
        }
      }
    }
  }

  /** Whether the device multiplies codes by so many rows without writing what they stand for. */
  protected boolean multipliesCodes(int rows) {
    return false;
  }

  private List<DType> int8Types() {
    return dtypes().stream().filter(dtype -> dtype != DType.F64).toList();
  }

  /** As the device computes it, beside the reference. */
  private void checkInt8(
      DType dtype, Grid given, Grid codes, Grid scales, float threshold, Activation activation) {
    for (Layout layout : Layout.values()) {
      Placed x = Placed.of(scope(), dtype, layout, given);
      // Of 16 bits it is these that are rounded.
      Grid inputs = x.read();
      double[] bias = layout == Layout.PACKED ? null : Grid.random(1, codes.rows(), 9).values();
      Placed y = Placed.empty(scope(), dtype, layout, given.rows(), codes.rows());
      nn().int8Linear(
              x.matrix(),
              upload(8, codes, layout),
              upload(scales),
              threshold,
              bias == null ? null : vector(dtype, bias),
              activation,
              y.matrix());
      y.assertHolds(
          ReferenceNn.int8Linear(inputs, codes, scales, threshold, bias, activation),
          tolerance(dtype),
          dtype + " " + layout + " " + given.rows() + " x " + given.cols() + " from " + threshold);
    }
  }

  /** Rows, inputs and outputs; none, some and all columns are outliers. */
  @Test
  void int8Linear() {
    int[][] shapes = {
      {1, 1, 1},
      {2, 5, 3},
      {3, 64, 64},
      {65, 67, 66},
      {4, 1500, 3},
      {0, 4, 3},
      {4, 0, 3},
      {4, 3, 0},
      {66, 36, 257}
    };
    for (DType dtype : int8Types()) {
      for (int[] s : shapes) {
        Grid x = Grid.random(s[0], s[1], 1);
        Grid codes = codes(s[2], s[1], -128, 127);
        Grid scales = Grid.random(1, s[2], 2).map(scale -> (float) (scale / 100));
        checkInt8(dtype, x, codes, scales, 2, Activation.GELU);
        // Other types differ in how numbers are read and written.
        for (float threshold : new float[] {0, 1e-9f, 100}) {
          if (dtype == DType.F32) {
            checkInt8(dtype, x, codes, scales, threshold, Activation.GELU);
          }
        }
      }
    }
  }

  /** Beside rows that are as usual. */
  @Test
  void hostileInputsOfInt8Linear() {
    int cols = 37;
    Grid codes = codes(5, cols, -127, 127);
    Grid scales = Grid.of(1, 5, (i, j) -> 0x1p-6);
    Grid plain = Grid.random(6, cols, 1);
    double infinity = Double.POSITIVE_INFINITY;
    double[] values = {0, -0.0, 1e30f, -1e30f, 1e-30f, 1e-37f, Double.NaN, infinity, -infinity};
    for (double value : values) {
      Grid all = Grid.of(6, cols, (i, j) -> i == 2 ? value * (j % 3 - 1) : plain.at(i, j));
      Grid one = plain.with(3, 20, value);
      for (float threshold : new float[] {0, 6, Float.POSITIVE_INFINITY, Float.MIN_VALUE}) {
        checkInt8(DType.F32, all, codes, scales, threshold, Activation.NONE);
        checkInt8(DType.F32, one, codes, scales, threshold, Activation.RELU);
      }
    }
    // A column is an outlier by one row whatever the others hold.
    Grid mixed = plain.with(1, 7, Double.NaN).with(4, 7, 60);
    checkInt8(DType.F32, mixed, codes, scales, 6, Activation.NONE);
    Grid hostile = Grid.row(0, Double.NaN, infinity, 1e30f, 1e-30f);
    checkInt8(DType.F32, plain, codes, hostile, 1, Activation.NONE);
  }

  /** Two tokens, of which one has an outlier: x ŵᵀ by hand, and with that column's own weights. */
  @Test
  void outliersAreMultipliedInFull() {
    Grid x = new Grid(2, 3, new double[] {1, -2, 60, 0.5, 1, 0.25});
    Grid codes = new Grid(2, 3, new double[] {42, 127, 21, 127, -64, 32});
    Grid without = new Grid(2, 3, new double[] {42, 127, 0, 127, -64, 0});
    assertInt8(x, codes, 6, 24.763718, 34.267717, 3.623985, 0.125984);
    double[] rest = {24.999938 - 30, 34.031496 - 30, 3.624969 - 0.125, 0.125 - 0.125};
    assertInt8(x, without, 6, rest);
    // Without outliers the first row is 2, -4 and 127 steps of 60 / 127.
    assertInt8(
        x,
        codes,
        0,
        (2 * 42 - 4 * 127 + 127 * 21) * 180 / 16129.0,
        (2 * 127 + 4 * 64 + 127 * 32) * 120 / 16129.0,
        (64 * 42 + 127 * 127 + 32 * 21) * 3 / 16129.0,
        (64 * 127 - 127 * 64 + 32 * 32) * 2 / 16129.0);
  }

  private void assertInt8(Grid x, Grid codes, float threshold, double... wanted) {
    Matrix y = packed(DType.F32, Grid.of(2, 2, (i, j) -> Double.NaN));
    Tensor scales = vector(DType.F32, 3 / 127.0, 2 / 127.0);
    Matrix stored = upload(8, codes, Layout.PACKED);
    nn().int8Linear(packed(DType.F32, x), stored, scales, threshold, null, Activation.NONE, y);
    assertArrayEquals(wanted, y.data().toDoubles(), 4e-6);
  }

  /**
   * What a graph keeps is the weights: inputs, and which of their columns are outliers, are new.
   */
  @Test
  void capturedInt8LinearSeesNewInputs() {
    Grid codes = codes(130, 70, -127, 127);
    Grid scales = Grid.random(1, 130, 2);
    Matrix x = packed(DType.F32, Grid.random(9, 70, 1));
    Matrix stored = upload(8, codes, Layout.PACKED);
    Tensor steps = upload(scales);
    Placed y = Placed.empty(scope(), DType.F32, Layout.PACKED, 9, 130);
    try (CapturedGraph graph =
        device()
            .capture(
                () -> nn().int8Linear(x, stored, steps, 3, null, Activation.NONE, y.matrix()))) {
      for (int seed : new int[] {5, 6}) {
        Grid other = Grid.random(9, 70, seed).map(value -> (float) (seed == 5 ? value : 2 * value));
        x.data().write(0, other.values(), 0, 9 * 70);
        graph.replay();
        y.assertHolds(
            ReferenceNn.int8Linear(other, codes, scales, 3, null, Activation.NONE), 2e-6, "replay");
      }
    }
  }

  @Test
  void int8LayersThatDoNotFitAreIllegal() {
    Matrix x = packed(DType.F32, Grid.random(4, 7, 1));
    Matrix y = packed(DType.F32, Grid.random(4, 5, 1));
    Matrix codes = Matrix.of(scope().zeros(DType.I8, 5, 7));
    Tensor scales = scope().zeros(DType.F32, 5);
    Matrix wide = Matrix.of(scope().zeros(DType.F64, 4, 7));
    Matrix wideOutputs = Matrix.of(scope().zeros(DType.F64, 4, 5));
    Matrix unsigned = Matrix.of(scope().zeros(DType.U8, 5, 7));
    Tensor shortBias = scope().zeros(DType.F32, 4);
    Activation none = Activation.NONE;
    List<Executable> wrong =
        List.of(
            () -> nn().int8Linear(x, codes, scales, -1, null, none, y),
            () -> nn().int8Linear(x, codes, scales, Float.NaN, null, none, y),
            () -> nn().int8Linear(x, unsigned, scales, 6, null, none, y),
            () -> nn().int8Linear(x, x.columns(0, 5), scales, 6, null, none, y),
            () -> nn().int8Linear(wide, codes, scales, 6, null, none, wideOutputs),
            () -> nn().int8Linear(wide, codes, scales, 6, null, none, y),
            () -> nn().int8Linear(x.columns(0, 6), codes, scales, 6, null, none, y),
            () -> nn().int8Linear(x.rows(0, 3), codes, scales, 6, null, none, y),
            () -> nn().int8Linear(x, codes.rows(0, 4), scales, 6, null, none, y),
            () -> nn().int8Linear(x, codes, scales.view(0, 4), 6, null, none, y),
            () -> nn().int8Linear(x, codes, scales, 6, shortBias, none, y),
            () ->
                nn().int8Linear(
                        x, Matrix.of(new ForeignTensor(DType.I8, 5, 7)), scales, 6, null, none, y));
    wrong.forEach(call -> assertThrows(IllegalArgumentException.class, call));
  }

  @Test
  void argumentsThatDoNotFitAreIllegal() {
    Matrix y = packed(DType.F32, Grid.random(4, 7, 1));
    Matrix eight = Matrix.of(scope().zeros(DType.I8, 4, 7));
    Matrix four = Matrix.of(scope().zeros(DType.U8, 4, 4));
    Tensor scales = scope().zeros(DType.F32, 4, 3);
    Matrix floats = packed(DType.F32, Grid.random(4, 7, 1));
    Matrix foreign = Matrix.of(new ForeignTensor(DType.I8, 4, 7));
    List<Executable> wrong =
        List.of(
            () -> nn().dequantize(eight, 8, scales, null, 0, y),
            () -> nn().dequantize(eight, 8, scales, null, -3, y),
            () -> nn().dequantize(eight, 8, scales, null, 2, y),
            () -> nn().dequantize(eight, 8, scales.view(0, 1), null, 3, y),
            () -> nn().dequantize(eight, 8, scales.view(0, 1), scales.view(0, 4), 7, y),
            () -> nn().dequantize(eight, 8, scales, scales.view(0, 11), 3, y),
            () -> nn().dequantize(eight, 8, scope().zeros(DType.F64, 4, 3), null, 3, y),
            () -> nn().dequantize(eight, 8, scales, null, 3, y.rows(0, 3)),
            () -> nn().dequantize(eight.columns(0, 6), 8, scales, null, 3, y),
            () -> nn().dequantize(four.columns(0, 3), 4, scales, null, 3, y),
            () ->
                nn().dequantize(four, 4, scales, null, 3, Matrix.of(scope().zeros(DType.I8, 4, 7))),
            () -> nn().dequantize(eight, 7, scales, null, 3, y),
            () -> nn().dequantize(four, 8, scales, null, 3, y),
            () -> nn().dequantize(four, 0, scales, null, 3, y),
            () -> nn().dequantize(four, 5, scales, null, 3, y),
            () -> nn().dequantize(floats, 8, scales, null, 3, y),
            () -> nn().dequantize(foreign, 8, scales, null, 3, y));
    wrong.forEach(call -> assertThrows(IllegalArgumentException.class, call));
  }
}
