package io.github.lrfbench.kernels.contract;

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.contract.Placed.Layout;
import io.github.lrfbench.kernels.ops.Activation;
import io.github.lrfbench.kernels.ops.Nn;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What every {@link Nn} promises of its operations on rows. */
public abstract class NnContract extends ContractTest {
  private static final int[][] SHAPES = {
    {1, 1}, {0, 3}, {3, 0}, {1, 131}, {131, 1}, {5, 7}, {67, 130}, {37, 768}, {3, 3001}, {1, 20_001}
  };

  private Nn nn() {
    return device().nn();
  }

  private Placed place(DType dtype, Layout layout, Grid grid) {
    return Placed.of(scope(), dtype, layout, grid);
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void linear(DType dtype) {
    int[][] shapes = {
      {1, 1, 1},
      {0, 3, 2},
      {3, 0, 2},
      {3, 2, 0},
      {5, 7, 3},
      {1, 200, 530},
      {131, 67, 97},
      {40, 96, 700},
      {300, 33, 65}
    };
    for (int[] s : shapes) {
      Grid x = Grid.random(s[0], s[1], 1);
      Grid w = Grid.random(s[2], s[1], 2);
      double[] bias = Grid.random(1, s[2], 3).values();
      for (Layout layout : Layout.values()) {
        for (double[] b : new double[][] {null, bias}) {
          for (Activation activation : new Activation[] {Activation.NONE, Activation.TANH}) {
            // Rounding is relative to the sums, which the activation may make small.
            double sums = Math.max(1, ReferenceNn.linear(x, w, b, Activation.NONE).largest());
            Grid expected = ReferenceNn.linear(x, w, b, activation);
            for (boolean transW : new boolean[] {true, false}) {
              Placed y = Placed.empty(scope(), dtype, layout, s[0], s[2]);
              nn().linear(
                      place(dtype, layout, x).matrix(),
                      transW,
                      place(dtype, layout, transW ? w : w.transposed()).matrix(),
                      b == null ? null : vector(dtype, b),
                      activation,
                      y.matrix());
              y.assertHolds(
                  expected,
                  tolerance(dtype) * sums / Math.max(1, expected.largest()),
                  dtype + " linear of " + Arrays.toString(s) + " " + layout + " " + activation);
            }
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void lowRank(DType dtype) {
    // Rows, inputs, rank, outputs.
    int[][] shapes = {
      {1, 1, 1, 1},
      {0, 3, 2, 4},
      {3, 0, 2, 4},
      {3, 4, 0, 2},
      {3, 4, 2, 0},
      {5, 7, 3, 9},
      {1, 200, 17, 530},
      {131, 67, 8, 97},
      {40, 96, 130, 70}
    };
    for (int[] s : shapes) {
      Grid x = Grid.random(s[0], s[1], 1);
      Grid down = Grid.random(s[2], s[1], 2);
      Grid up = Grid.random(s[3], s[2], 3);
      double[] bias = Grid.random(1, s[3], 4).values();
      Grid middle = ReferenceNn.linear(x, down, null, Activation.NONE);
      for (Layout layout : Layout.values()) {
        for (double[] b : new double[][] {null, bias}) {
          double sums = Math.max(1, ReferenceNn.linear(middle, up, b, Activation.NONE).largest());
          Grid expected = ReferenceNn.linear(middle, up, b, Activation.TANH);
          Placed y = Placed.empty(scope(), dtype, layout, s[0], s[3]);
          nn().lowRank(
                  place(dtype, layout, x).matrix(),
                  place(dtype, layout, down.transposed()).matrix(),
                  place(dtype, layout, up.transposed()).matrix(),
                  b == null ? null : vector(dtype, b),
                  Activation.TANH,
                  y.matrix());
          y.assertHolds(
              expected,
              tolerance(dtype) * sums / Math.max(1, expected.largest()),
              dtype + " low rank of " + Arrays.toString(s) + " " + layout);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void activationsOverTheirRange(Activation activation) {
    Grid x = Grid.of(90, 17, (i, j) -> (float) ((i * 17 + j) / 60.0 - 12.75));
    double[] bias = Grid.random(1, 17, 1).map(value -> value / 8).values();
    for (int i = 0; i < bias.length; i++) {
      bias[i] = (float) bias[i];
    }
    for (DType dtype : dtypes()) {
      for (Layout layout : Layout.values()) {
        Placed y = place(dtype, layout, x);
        nn().biasActivation(y.matrix(), vector(dtype, bias), activation);
        y.assertHolds(
            ReferenceNn.biasActivation(x, bias, activation),
            tolerance(dtype) / 2,
            dtype + " bias " + activation);
        Placed plain = place(dtype, layout, x);
        nn().biasActivation(plain.matrix(), null, activation);
        Grid expected = ReferenceNn.biasActivation(x, null, activation);
        plain.assertHolds(expected, tolerance(dtype) / 10, dtype + " " + activation);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void activationsOfExtremeValues(Activation activation) {
    Grid x = Grid.row(Double.NaN, 0, 1e-30f, -1e-30f, 1e4, -1e4, 1e30f, -1e30f, 100, -100);
    for (DType dtype : dtypes()) {
      Grid wide = Grid.of(3, 100, (i, j) -> x.at(0, j % x.cols()));
      Placed y = place(dtype, Layout.PACKED, wide);
      nn().biasActivation(y.matrix(), null, activation);
      Grid expected = ReferenceNn.biasActivation(wide, null, activation);
      for (int j = 0; j < wide.cols(); j++) {
        Placed.assertClose(
            expected.columns(j, j + 1),
            y.read().columns(j, j + 1),
            tolerance(dtype),
            activation + " of " + wide.at(0, j));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void activationsOfEmptyMatrices(DType dtype) {
    for (int[] s : new int[][] {{0, 3}, {3, 0}}) {
      Placed y = place(dtype, Layout.PACKED, Grid.random(s[0], s[1], 1));
      nn().biasActivation(y.matrix(), scope().zeros(dtype, s[1]), Activation.GELU);
    }
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void nanInOneRowStaysInThatRow(DType dtype) {
    Grid x = Grid.random(70, 48, 1).with(33, 5, Double.NaN);
    Grid w = Grid.random(150, 48, 2);
    for (Activation activation : Activation.values()) {
      Placed y = Placed.empty(scope(), dtype, Layout.PACKED, 70, 150);
      nn().linear(packed(dtype, x), true, packed(dtype, w), null, activation, y.matrix());
      y.assertHolds(
          ReferenceNn.linear(x, w, null, activation), tolerance(dtype), "NaN under " + activation);
    }
    double[] ones = new double[48];
    Arrays.fill(ones, 1);
    Placed z = Placed.empty(scope(), dtype, Layout.PACKED, 70, 48);
    Tensor gamma = vector(dtype, ones);
    nn().layerNorm(packed(dtype, x), null, null, gamma, gamma, 1e-12, z.matrix());
    z.assertHolds(
        ReferenceNn.layerNorm(x, null, null, ones, ones, 1e-12), tolerance(dtype), "layerNorm");
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void layerNorm(DType dtype) {
    for (int[] s : SHAPES) {
      Grid x = Grid.random(s[0], s[1], 1);
      Grid residual = Grid.random(s[0], s[1], 2);
      double[] bias = Grid.random(1, s[1], 3).values();
      double[] gamma = Grid.random(1, s[1], 4).values();
      double[] beta = Grid.random(1, s[1], 5).values();
      for (Layout layout : Layout.values()) {
        for (int flags = 0; flags < 4; flags++) {
          double[] b = (flags & 1) == 0 ? null : bias;
          Grid r = (flags & 2) == 0 ? null : residual;
          Placed y = Placed.empty(scope(), dtype, layout, s[0], s[1]);
          nn().layerNorm(
                  place(dtype, layout, x).matrix(),
                  b == null ? null : vector(dtype, b),
                  r == null ? null : place(dtype, layout, r).matrix(),
                  vector(dtype, gamma),
                  vector(dtype, beta),
                  1e-5,
                  y.matrix());
          y.assertHolds(
              ReferenceNn.layerNorm(x, b, r, gamma, beta, 1e-5),
              tolerance(dtype),
              dtype + " layerNorm of " + Arrays.toString(s) + " " + layout + " " + flags);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void layerNormInPlace(DType dtype) {
    Grid x = Grid.random(70, 65, 1);
    Grid residual = Grid.random(70, 65, 2);
    double[] gamma = Grid.random(1, 65, 4).values();
    double[] beta = Grid.random(1, 65, 5).values();
    Grid expected = ReferenceNn.layerNorm(x, null, residual, gamma, beta, 1e-12);
    for (boolean ontoResidual : new boolean[] {false, true}) {
      Placed a = place(dtype, Layout.SLICE, x);
      Placed b = place(dtype, Layout.SLICE, residual);
      Placed y = ontoResidual ? b : a;
      Tensor g = vector(dtype, gamma);
      nn().layerNorm(a.matrix(), null, b.matrix(), g, vector(dtype, beta), 1e-12, y.matrix());
      y.assertHolds(expected, tolerance(dtype), "layerNorm in place");
    }
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void addLayerNorm(DType dtype) {
    for (int[] s : SHAPES) {
      Grid x = Grid.random(s[0], s[1], 1);
      Grid residual = Grid.random(s[0], s[1], 2);
      double[] gamma = Grid.random(1, s[1], 4).values();
      double[] beta = Grid.random(1, s[1], 5).values();
      Grid added = Grid.of(s[0], s[1], (i, j) -> x.at(i, j) + residual.at(i, j));
      Grid normed = ReferenceNn.layerNorm(x, null, residual, gamma, beta, 1e-5);
      for (Layout layout : Layout.values()) {
        for (int place = 0; place < 3; place++) {
          Placed a = place(dtype, layout, x);
          Placed b = place(dtype, layout, residual);
          Placed own = Placed.empty(scope(), dtype, layout, s[0], s[1]);
          Placed sum = place == 0 ? own : place == 1 ? a : b;
          Placed y = Placed.empty(scope(), dtype, layout, s[0], s[1]);
          nn().addLayerNorm(
                  a.matrix(),
                  b.matrix(),
                  vector(dtype, gamma),
                  vector(dtype, beta),
                  1e-5,
                  sum.matrix(),
                  y.matrix());
          String what = dtype + " addLayerNorm of " + Arrays.toString(s) + " " + layout + place;
          sum.assertHolds(added, tolerance(dtype), what);
          y.assertHolds(normed, tolerance(dtype), what);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void crossEntropy(DType dtype) {
    for (int[] s : new int[][] {{0, 3}, {1, 1}, {5, 7}, {3, 3001}, {70, 130}}) {
      Grid x = Grid.random(s[0], s[1], 1).map(value -> 5 * value);
      int[] targets = new int[s[0]];
      for (int i = 0; i < targets.length; i++) {
        targets[i] = i % 3 == 2 ? -1 : (i * 31 + 5) % s[1];
      }
      for (Layout layout : Layout.values()) {
        Placed losses = Placed.empty(scope(), dtype, Layout.PACKED, 1, s[0]);
        nn().crossEntropy(place(dtype, layout, x).matrix(), ints(targets), losses.matrix().data());
        losses.assertHolds(
            ReferenceNn.crossEntropy(x, targets),
            tolerance(dtype),
            dtype + " crossEntropy of " + Arrays.toString(s) + " " + layout);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void crossEntropyOfHostileRows(DType dtype) {
    Grid x =
        Grid.of(
            4,
            70,
            (i, j) ->
                switch (i) {
                  case 0 -> 1e4 * j;
                  case 1 -> j == 40 ? Double.NaN : j;
                  case 2 -> j % 2 == 0 ? Double.NEGATIVE_INFINITY : 1;
                  default -> -1e30f;
                });
    Tensor losses = scope().zeros(dtype, 4);
    nn().crossEntropy(packed(dtype, x), ints(0, 3, 1, 69), losses);
    double[] actual = losses.toDoubles();
    Placed.assertClose(
        Grid.row(69e4, Double.NaN, Math.log(35), Math.log(70)),
        Grid.row(actual),
        tolerance(dtype),
        "hostile rows");
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void layerNormOfConstantAndOfDistantRows(DType dtype) {
    Grid noise = Grid.random(1, 256, 1);
    Grid x =
        Grid.of(
            4,
            256,
            (i, j) ->
                i < 2 ? 3 : i == 2 ? (float) (1000 + noise.at(0, j)) : noise.at(0, j) * 1e15f);
    double[] gamma = Grid.random(1, 256, 4).values();
    double[] beta = Grid.random(1, 256, 5).values();
    Placed y = Placed.empty(scope(), dtype, Layout.PACKED, 4, 256);
    Tensor g = vector(dtype, gamma);
    nn().layerNorm(packed(dtype, x), null, null, g, vector(dtype, beta), 1e-12, y.matrix());
    Grid expected = ReferenceNn.layerNorm(x, null, null, gamma, beta, 1e-12);
    Placed.assertClose(
        expected.rows(0, 2), y.read().rows(0, 2), tolerance(dtype), "constant rows give beta");
    // The mean of about 1000 is known to half a unit in the last place, 3e-5 of a deviation.
    Placed.assertClose(
        expected.rows(2, 3), y.read().rows(2, 3), 20 * tolerance(dtype), "a distant row");
    Placed.assertClose(expected.rows(3, 4), y.read().rows(3, 4), tolerance(dtype), "large values");
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void add(DType dtype) {
    for (int[] s : SHAPES) {
      Grid x = Grid.random(s[0], s[1], 1);
      Grid y = Grid.random(s[0], s[1], 2);
      if (x.values().length > 2) {
        x.values()[1] = Double.NaN;
        x.values()[2] = 1e30f;
      }
      for (Layout layout : Layout.values()) {
        Placed sum = place(dtype, layout, y);
        nn().add(place(dtype, layout, x).matrix(), sum.matrix());
        sum.assertHolds(ReferenceNn.add(x, y), tolerance(dtype), "add " + Arrays.toString(s));
      }
    }
    Matrix narrow = packed(dtype, Grid.random(2, 6, 1));
    Matrix wide = packed(dtype, Grid.random(2, 12, 2));
    assertThrows(IllegalArgumentException.class, () -> nn().add(narrow, wide));
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void scaledMaskedSoftmax(DType dtype) {
    for (int[] s : SHAPES) {
      Grid x = Grid.random(s[0], s[1], 1).map(value -> 5 * value);
      int[] valid = new int[s[0]];
      for (int i = 0; i < valid.length; i++) {
        valid[i] = i % (s[1] + 1);
      }
      for (Layout layout : Layout.values()) {
        for (int[] lengths : new int[][] {null, valid}) {
          Placed y = place(dtype, layout, x);
          Tensor lengthTensor = lengths == null ? null : ints(lengths);
          nn().scaledMaskedSoftmax(y.matrix(), 0.7, lengthTensor);
          y.assertHolds(ReferenceNn.softmax(x, 0.7, lengths), tolerance(dtype), Arrays.toString(s));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void softmaxOfHostileRows(DType dtype) {
    Grid noise = Grid.random(1, 70, 1);
    Grid x =
        Grid.of(
            7,
            70,
            (i, j) ->
                switch (i) {
                  case 0 -> -1e30f;
                  case 1 -> 1e4 * (j + 1);
                  case 2 -> j == 40 ? Double.NaN : noise.at(0, j);
                  case 3 -> j % 2 == 0 ? Double.NEGATIVE_INFINITY : noise.at(0, j);
                  case 4 -> -3e4f * j;
                  case 5 -> -j;
                  default -> j == 69 ? -1e-30f : 0;
                });
    Placed y = place(dtype, Layout.SLICE, x);
    nn().scaledMaskedSoftmax(y.matrix(), 1.5, null);
    y.assertHolds(ReferenceNn.softmax(x, 1.5, null), tolerance(dtype), "hostile rows");
  }
}
