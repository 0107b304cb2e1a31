package io.github.lrfbench.kernels.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.contract.Placed.Layout;
import io.github.lrfbench.kernels.ops.Activation;
import io.github.lrfbench.kernels.ops.AdamWStep;
import io.github.lrfbench.kernels.ops.Dropout;
import io.github.lrfbench.kernels.ops.NnGradients;
import io.github.lrfbench.kernels.ops.Segments;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every device's {@code NnGradients} must do. Backward passes are compared with central
 * differences of the operations' definitions in double precision.
 */
public abstract class GradientsContract extends ContractTest {
  private static final double STEP = 1e-5;

  private NnGradients gradients() {
    return device().gradients();
  }

  /** Central differences have an error of about STEP² themselves. */
  private double bound(DType dtype) {
    return Math.max(1e-8, 20 * tolerance(dtype));
  }

  /** The gradient of Σ weights f(x) with respect to x. */
  private static Grid numeric(Grid x, Grid weights, UnaryOperator<Grid> f) {
    return Grid.of(
        x.rows(),
        x.cols(),
        (i, j) -> {
          double up = dot(weights, f.apply(x.with(i, j, x.at(i, j) + STEP)));
          double down = dot(weights, f.apply(x.with(i, j, x.at(i, j) - STEP)));
          return (up - down) / (2 * STEP);
        });
  }

  private static double dot(Grid a, Grid b) {
    double sum = 0;
    for (int i = 0; i < a.values().length; i++) {
      sum += a.values()[i] * b.values()[i];
    }
    return sum;
  }

  private Placed place(DType dtype, Layout layout, Grid grid) {
    return Placed.of(scope(), dtype, layout, grid);
  }

  private Placed empty(DType dtype, Layout layout, Grid like) {
    return Placed.empty(scope(), dtype, layout, like.rows(), like.cols());
  }

  private Segments segments(int... offsets) {
    int longest = 0;
    for (int s = 0; s + 1 < offsets.length; s++) {
      longest = Math.max(longest, offsets[s + 1] - offsets[s]);
    }
    return new Segments(ints(offsets), offsets.length - 1, longest);
  }

  @ParameterizedTest
  @EnumSource
  void addScaledAndColumnSums(Layout layout) {
    for (DType dtype : dtypes()) {
      for (int[] s : new int[][] {{1, 1}, {5, 3}, {0, 4}, {3, 0}, {200, 131}}) {
        Grid x = Grid.random(s[0], s[1], 1);
        Grid y = Grid.random(s[0], s[1], 2);
        Placed target = place(dtype, layout, y);
        gradients().addScaled(-1.5, place(dtype, layout, x).matrix(), target.matrix());
        target.assertHolds(
            Grid.of(s[0], s[1], (i, j) -> y.at(i, j) - 1.5 * x.at(i, j)),
            tolerance(dtype),
            "addScaled");
        Placed squares = place(dtype, layout, y);
        gradients().addSquares(place(dtype, layout, x).matrix(), squares.matrix());
        squares.assertHolds(
            Grid.of(s[0], s[1], (i, j) -> y.at(i, j) + x.at(i, j) * x.at(i, j)),
            tolerance(dtype),
            "addSquares");
        Placed products = place(dtype, layout, y);
        gradients().multiply(place(dtype, layout, x).matrix(), products.matrix());
        products.assertHolds(
            Grid.of(s[0], s[1], (i, j) -> y.at(i, j) * x.at(i, j)), tolerance(dtype), "multiply");
        gradients().clear(target.matrix());
        target.assertHolds(x.map(value -> 0), 0, "clear");
        Grid before = Grid.random(1, s[1], 3);
        Tensor sums = vector(dtype, before.values());
        gradients().addColumnSums(place(dtype, layout, x).matrix(), sums);
        Grid expected =
            Grid.of(
                1,
                s[1],
                (i, j) -> {
                  double sum = before.at(0, j);
                  for (int row = 0; row < s[0]; row++) {
                    sum += x.at(row, j);
                  }
                  return sum;
                });
        Placed.assertClose(
            expected, new Grid(1, s[1], sums.toDoubles()), bound(dtype), "column sums");
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void activations(Activation activation) {
    Grid x = Grid.of(40, 23, (i, j) -> (float) ((i * 23 + j) / 55.0 - 8.3));
    Grid dy = Grid.random(40, 23, 4);
    UnaryOperator<Grid> f = grid -> ReferenceNn.biasActivation(grid, null, activation);
    Grid slopes =
        x.map(
            value ->
                (ReferenceNn.activate(activation, value + STEP)
                        - ReferenceNn.activate(activation, value - STEP))
                    / (2 * STEP));
    Grid expected = Grid.of(40, 23, (i, j) -> dy.at(i, j) * slopes.at(i, j));
    for (DType dtype : dtypes()) {
      for (Layout layout : Layout.values()) {
        Placed y = empty(dtype, layout, x);
        gradients().activate(place(dtype, layout, x).matrix(), activation, y.matrix());
        y.assertHolds(f.apply(x), tolerance(dtype) / 5, dtype + " " + activation);
        Placed dx = empty(dtype, layout, x);
        Placed upstream = place(dtype, layout, dy);
        Matrix input = place(dtype, layout, x).matrix();
        gradients().activationGradient(input, activation, upstream.matrix(), dx.matrix());
        dx.assertHolds(expected, bound(dtype), dtype + " gradient of " + activation);
        gradients().activationGradient(input, activation, upstream.matrix(), upstream.matrix());
        upstream.assertHolds(expected, bound(dtype), dtype + " in place");
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void activationGradientsOfExtremeValues(Activation activation) {
    Grid x = Grid.row(1e4, -1e4, 1e30f, -1e30f, 100, -100, 1e-30f, Double.NaN);
    double[] right = {1, 0, 1, 0, 1, 0, 0.5, Double.NaN};
    double[] flat = {0, 0, 0, 0, 0, 0, 1, Double.NaN};
    double[] linear = {1, 1, 1, 1, 1, 1, 1, 1};
    double[] rectified = {1, 0, 1, 0, 1, 0, 1, Double.NaN};
    double[] expected =
        switch (activation) {
          case NONE -> linear;
          case GELU, GELU_TANH -> right;
          case RELU -> rectified;
          case TANH -> flat;
        };
    for (DType dtype : dtypes()) {
      Placed dx = place(dtype, Layout.PACKED, x.map(value -> 1));
      gradients()
          .activationGradient(
              place(dtype, Layout.PACKED, x).matrix(), activation, dx.matrix(), dx.matrix());
      dx.assertHolds(Grid.row(expected), bound(dtype), dtype + " slope of " + activation);
    }
  }

  @ParameterizedTest
  @EnumSource
  void layerNorm(Layout layout) {
    for (int[] s : new int[][] {{1, 1}, {3, 7}, {70, 13}}) {
      Grid x = Grid.random(s[0], s[1], 1);
      Grid residual = Grid.random(s[0], s[1], 2);
      Grid bias = Grid.random(1, s[1], 3);
      Grid gamma = Grid.random(1, s[1], 4);
      Grid beta = Grid.random(1, s[1], 5);
      Grid dy = Grid.random(s[0], s[1], 6);
      double eps = 1e-2;
      for (boolean all : new boolean[] {true, false}) {
        double[] b = all ? bias.values() : null;
        Grid r = all ? residual : null;
        Grid ds =
            numeric(x, dy, g -> ReferenceNn.layerNorm(g, b, r, gamma.values(), beta.values(), eps));
        Grid dgamma =
            numeric(gamma, dy, g -> ReferenceNn.layerNorm(x, b, r, g.values(), beta.values(), eps));
        Grid dbeta =
            numeric(beta, dy, g -> ReferenceNn.layerNorm(x, b, r, gamma.values(), g.values(), eps));
        for (DType dtype : dtypes()) {
          Tensor gammaSum = vector(dtype, Grid.of(1, s[1], (i, j) -> 2).values());
          Tensor betaSum = scope().zeros(dtype, s[1]);
          Placed result = empty(dtype, layout, x);
          gradients()
              .layerNormGradient(
                  place(dtype, layout, x).matrix(),
                  all ? vector(dtype, bias.values()) : null,
                  all ? place(dtype, layout, residual).matrix() : null,
                  vector(dtype, gamma.values()),
                  eps,
                  place(dtype, layout, dy).matrix(),
                  gammaSum,
                  betaSum,
                  result.matrix());
          String what = dtype + " layer norm of " + Arrays.toString(s);
          result.assertHolds(ds, bound(dtype), what);
          Placed.assertClose(
              dgamma.map(value -> value + 2),
              new Grid(1, s[1], gammaSum.toDoubles()),
              bound(dtype),
              what + ": gamma");
          Placed.assertClose(
              dbeta, new Grid(1, s[1], betaSum.toDoubles()), bound(dtype), what + ": beta");
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void addRowsCountsRepeatedRows(Layout layout) {
    int[] rows = {3, 0, 3, 1, 3};
    Grid dy = Grid.random(rows.length, 150, 1);
    Grid before = Grid.random(5, 150, 2);
    double[] expected = before.values().clone();
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < dy.cols(); j++) {
        expected[rows[i] * dy.cols() + j] += dy.at(i, j);
      }
    }
    for (DType dtype : dtypes()) {
      Placed dx = place(dtype, layout, before);
      gradients().addRows(place(dtype, layout, dy).matrix(), ints(rows), dx.matrix());
      dx.assertHolds(new Grid(5, 150, expected), tolerance(dtype) * 2, dtype + " addRows");
    }
    Matrix target = packed(dtypes().get(0), before);
    Matrix source = packed(dtypes().get(0), dy);
    Tensor outside = ints(0, 1, 5, 2, 3);
    assertThrows(
        IndexOutOfBoundsException.class, () -> gradients().addRows(source, outside, target));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void attention(boolean causal) {
    int[] offsets = {0, 4, 4, 11, 12};
    int heads = 2;
    double scale = 0.6;
    Grid q = Grid.random(12, 6, 1);
    Grid k = Grid.random(12, 6, 2);
    Grid v = Grid.random(12, 6, 3);
    Grid dy = Grid.random(12, 6, 4);
    for (Dropout dropout : new Dropout[] {Dropout.NONE, new Dropout(0.4, 77)}) {
      Grid y = attention(q, k, v, offsets, heads, scale, causal, dropout);
      Grid dq = numeric(q, dy, g -> attention(g, k, v, offsets, heads, scale, causal, dropout));
      Grid dk = numeric(k, dy, g -> attention(q, g, v, offsets, heads, scale, causal, dropout));
      Grid dv = numeric(v, dy, g -> attention(q, k, g, offsets, heads, scale, causal, dropout));
      if (dropout.keepsAll()) {
        Placed.assertClose(
            ReferenceNn.attention(q, k, v, offsets, heads, scale, causal), y, 1e-14, "reference");
      }
      for (DType dtype : dtypes()) {
        for (Layout layout : Layout.values()) {
          Matrix a = place(dtype, layout, q).matrix();
          Matrix b = place(dtype, layout, k).matrix();
          Matrix c = place(dtype, layout, v).matrix();
          Placed out = empty(dtype, layout, q);
          gradients()
              .attention(a, b, c, segments(offsets), heads, scale, causal, dropout, out.matrix());
          out.assertHolds(y, tolerance(dtype) * 5, dtype + " attention with dropout");
          Placed da = empty(dtype, layout, q);
          Placed db = empty(dtype, layout, q);
          Placed dc = empty(dtype, layout, q);
          gradients()
              .attentionGradient(
                  a,
                  b,
                  c,
                  segments(offsets),
                  heads,
                  scale,
                  causal,
                  dropout,
                  place(dtype, layout, dy).matrix(),
                  da.matrix(),
                  db.matrix(),
                  dc.matrix());
          da.assertHolds(dq, bound(dtype), dtype + " dq");
          db.assertHolds(dk, bound(dtype), dtype + " dk");
          dc.assertHolds(dv, bound(dtype), dtype + " dv");
        }
      }
    }
  }

  /** Attention by its definition, with dropout of the probabilities. */
  private static Grid attention(
      Grid q,
      Grid k,
      Grid v,
      int[] offsets,
      int heads,
      double scale,
      boolean causal,
      Dropout dropout) {
    double[] y = new double[q.rows() * q.cols()];
    int size = q.cols() / heads;
    for (int s = 0; s + 1 < offsets.length; s++) {
      for (int t = offsets[s]; t < offsets[s + 1]; t++) {
        int end = causal ? t + 1 : offsets[s + 1];
        for (int h = 0; h < heads; h++) {
          double[] weights = new double[end - offsets[s]];
          double sum = 0;
          for (int key = 0; key < weights.length; key++) {
            double score = 0;
            for (int c = h * size; c < (h + 1) * size; c++) {
              score += q.at(t, c) * k.at(offsets[s] + key, c);
            }
            weights[key] = Math.exp(scale * score);
            sum += weights[key];
          }
          for (int key = 0; key < weights.length; key++) {
            double factor = dropout.factor(Dropout.attentionIndex(t, h, heads, key));
            for (int c = h * size; c < (h + 1) * size; c++) {
              y[t * q.cols() + c] += weights[key] / sum * factor * v.at(offsets[s] + key, c);
            }
          }
        }
      }
    }
    return new Grid(q.rows(), q.cols(), y);
  }

  @ParameterizedTest
  @EnumSource
  void softmax(Layout layout) {
    Grid x = Grid.random(6, 9, 1);
    Grid dy = Grid.random(6, 9, 2);
    Grid y = ReferenceNn.softmax(x, 0.7, null);
    Grid expected = numeric(x, dy, g -> ReferenceNn.softmax(g, 0.7, null));
    for (DType dtype : dtypes()) {
      Placed dx = place(dtype, layout, dy);
      gradients().softmaxGradient(place(dtype, layout, y).matrix(), 0.7, dx.matrix(), dx.matrix());
      dx.assertHolds(expected, bound(dtype), dtype + " softmax");
    }
  }

  @Test
  void softmaxOfLongRows() {
    int cols = 20_001;
    Grid y = ReferenceNn.softmax(Grid.random(1, cols, 1), 1, null);
    Grid dy = Grid.random(1, cols, 2);
    double sum = 0;
    for (int j = 0; j < cols; j++) {
      sum += y.at(0, j) * dy.at(0, j);
    }
    double mean = sum;
    Grid expected = Grid.of(1, cols, (i, j) -> y.at(0, j) * (dy.at(0, j) - mean));
    for (DType dtype : dtypes()) {
      Placed dx = place(dtype, Layout.PACKED, dy);
      Matrix probabilities = place(dtype, Layout.PACKED, y).matrix();
      gradients().softmaxGradient(probabilities, 1, dx.matrix(), dx.matrix());
      dx.assertHolds(expected, bound(dtype), dtype + " softmax of a long row");
    }
  }

  @ParameterizedTest
  @EnumSource
  void crossEntropy(Layout layout) {
    int[] targets = {4, -1, 0};
    Grid x = Grid.random(3, 5, 1);
    Grid dy = Grid.random(1, 3, 2);
    Grid before = Grid.random(3, 5, 3);
    Grid slope = numeric(x, dy, g -> ReferenceNn.crossEntropy(g, targets));
    Grid expected = Grid.of(3, 5, (i, j) -> before.at(i, j) + slope.at(i, j));
    for (DType dtype : dtypes()) {
      Placed dx = place(dtype, layout, before);
      gradients()
          .addCrossEntropyGradient(
              place(dtype, layout, x).matrix(),
              ints(targets),
              vector(dtype, dy.values()),
              dx.matrix());
      dx.assertHolds(expected, bound(dtype), dtype + " cross entropy");
    }
  }

  @ParameterizedTest
  @EnumSource
  void meanPool(Layout layout) {
    int[] offsets = {0, 1, 4, 9};
    Grid x = Grid.random(9, 5, 1);
    Grid dy = Grid.random(3, 5, 2);
    Grid before = Grid.random(9, 5, 3);
    Grid slope = numeric(x, dy, g -> ReferenceNn.meanPool(g, offsets));
    Grid expected = Grid.of(9, 5, (i, j) -> before.at(i, j) + slope.at(i, j));
    for (DType dtype : dtypes()) {
      Placed dx = place(dtype, layout, before);
      gradients()
          .addMeanPoolGradient(place(dtype, layout, dy).matrix(), segments(offsets), dx.matrix());
      dx.assertHolds(expected, bound(dtype), dtype + " mean pool");
    }
  }

  @ParameterizedTest
  @EnumSource
  void dropoutFollowsItsSeed(Layout layout) {
    Dropout dropout = new Dropout(0.25, 0x1234567890abcdefL);
    Grid x = Grid.random(37, 53, 1);
    Grid expected = Grid.of(37, 53, (i, j) -> x.at(i, j) * dropout.factor(i * 53L + j));
    for (DType dtype : dtypes()) {
      Placed y = place(dtype, layout, x);
      gradients().dropout(y.matrix(), dropout, y.matrix());
      y.assertHolds(expected, tolerance(dtype), dtype + " dropout");
    }
  }

  @Test
  void adamWFollowsItsFormula() {
    int size = 5000;
    for (DType dtype : dtypes()) {
      double[] p = Grid.random(1, size, 1).values().clone();
      double[] m = new double[size];
      double[] v = new double[size];
      Tensor parameter = vector(dtype, p);
      Tensor mean = scope().zeros(dtype, size);
      Tensor square = scope().zeros(dtype, size);
      for (int t = 1; t <= 3; t++) {
        double[] g = Grid.random(1, size, 10 + t).values();
        AdamWStep step = new AdamWStep(t, 0.01, 0.9, 0.999, 1e-6, 0.1, 0.5);
        gradients().adamW(parameter, vector(dtype, g), mean, square, step);
        for (int i = 0; i < size; i++) {
          double gradient = 0.5 * g[i];
          m[i] = 0.9 * m[i] + 0.1 * gradient;
          v[i] = 0.999 * v[i] + 0.001 * gradient * gradient;
          double mHat = m[i] / (1 - Math.pow(0.9, t));
          double vHat = v[i] / (1 - Math.pow(0.999, t));
          p[i] = p[i] - 0.01 * 0.1 * p[i] - 0.01 * mHat / (Math.sqrt(vHat) + 1e-6);
        }
      }
      double bound = Math.max(1e-12, tolerance(dtype));
      assertArrayEquals(p, parameter.toDoubles(), 4 * bound);
      assertArrayEquals(m, mean.toDoubles(), bound);
      assertArrayEquals(v, square.toDoubles(), bound);
    }
  }

  @Test
  void wrongArgumentsAreRefused() {
    Matrix a = packed(dtypes().get(0), Grid.random(3, 4, 1));
    Matrix b = packed(dtypes().get(0), Grid.random(4, 3, 1));
    Tensor vector = scope().zeros(dtypes().get(0), 3);
    assertThrows(IllegalArgumentException.class, () -> gradients().addScaled(1, a, b));
    assertThrows(IllegalArgumentException.class, () -> gradients().addColumnSums(a, vector));
    assertThrows(
        IllegalArgumentException.class,
        () -> gradients().activationGradient(a, Activation.GELU, b, a));
    assertThrows(IllegalArgumentException.class, () -> gradients().dropout(a, Dropout.NONE, b));
    assertThrows(
        IllegalArgumentException.class,
        () -> gradients().addMeanPoolGradient(a, segments(0, 2, 4), b));
    assertThrows(IllegalArgumentException.class, () -> new Dropout(1, 0));
    assertEquals(1, Dropout.NONE.factor(17));
  }
}
