package io.github.lrfbench.harness.linear;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.DeviceCase;
import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Layer;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.linear.TensorSlices.Kind;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Slices of tensors, and tensor trains, compute what the definitions say, in every order. */
class TensorFormsTest extends DeviceCase {
  private final SplittableRandom random = new SplittableRandom(4);

  private Matrix matrix(int rows, int cols) {
    return Matrix.of(normal(random, rows, cols));
  }

  private static double at(Matrix matrix, int row, int col) {
    double[] element = new double[1];
    matrix.data().read(matrix.offset() + (long) row * matrix.stride() + col, element, 0, 1);
    return element[0];
  }

  /** Slices with random factors of these sizes. */
  private TensorSlices slices(
      Kind kind, int d, int w, int slices, int r1, int r2, int r3, boolean ofInputs) {
    List<Matrix> shared = new ArrayList<>(List.of(matrix(d, r1), matrix(w, r2)));
    if (kind == Kind.TUCKER) {
      shared.add(matrix(r3, r1 * r2));
    }
    int own = kind == Kind.CP ? r1 : kind == Kind.TUCKER ? r3 : r1 * r2;
    return new TensorSlices(
        kind,
        new Basis("m", shared, scope),
        matrix(slices, own),
        ofInputs,
        normal(random, ofInputs ? d : w * slices),
        true);
  }

  /** W, element by element from the definition. */
  private static double[][] definition(TensorSlices linear) {
    List<Matrix> shared = linear.basis().factors();
    Matrix a = shared.get(0);
    Matrix b = shared.get(1);
    double[][] w = new double[linear.outputs()][linear.inputs()];
    for (int k = 0; k < linear.slices(); k++) {
      double[][] middle = new double[a.cols()][b.cols()];
      for (int p = 0; p < a.cols(); p++) {
        for (int q = 0; q < b.cols(); q++) {
          middle[p][q] =
              switch (linear.kind()) {
                case CP -> p == q ? at(linear.own(), k, p) : 0;
                case TT -> at(linear.own(), k, p * b.cols() + q);
                case TUCKER -> {
                  double sum = 0;
                  for (int c = 0; c < linear.own().cols(); c++) {
                    sum += at(linear.own(), k, c) * at(shared.get(2), c, p * b.cols() + q);
                  }
                  yield sum;
                }
              };
        }
      }
      for (int i = 0; i < a.rows(); i++) {
        for (int j = 0; j < b.rows(); j++) {
          double sum = 0;
          for (int p = 0; p < a.cols(); p++) {
            for (int q = 0; q < b.cols(); q++) {
              sum += at(a, i, p) * middle[p][q] * at(b, j, q);
            }
          }
          int column = k * b.rows() + j;
          if (linear.ofInputs()) {
            w[i][column] = sum;
          } else {
            w[column][i] = sum;
          }
        }
      }
    }
    return w;
  }

  private void check(Linear linear, double[][] w, int rows) {
    int outputs = linear.outputs();
    int inputs = linear.inputs();
    Tensor written = scope.allocate(DType.F32, outputs, inputs);
    linear.materialize(device, Matrix.of(written));
    double[] elements = written.toDoubles();
    double norm = 0;
    for (double[] row : w) {
      for (double element : row) {
        norm = Math.max(norm, Math.abs(element));
      }
    }
    for (int i = 0; i < outputs; i++) {
      for (int j = 0; j < inputs; j++) {
        assertEquals(w[i][j], elements[i * inputs + j], 1e-5 * norm);
      }
    }
    checkProducts(linear, linear.bias(), w, norm, rows);
    for (Function<Scope, Layer> expansion : linear.expansions()) {
      checkProducts(expansion.apply(scope), linear.bias(), w, norm, rows);
    }
    Tensor again = scope.allocate(DType.F32, outputs, inputs);
    linear.copyTo(scope).materialize(device, Matrix.of(again));
    assertArrayEquals(written.toFloats(), again.toFloats());
    assertEquals(32 * linear.parameters(), linear.bits());
    assertTrue(linear.flopsPerRow() > 0);
  }

  private void checkProducts(Layer linear, Tensor bias, double[][] w, double norm, int rows) {
    int outputs = linear.outputs();
    int inputs = linear.inputs();
    Matrix wide = matrix(rows, inputs + 2);
    for (boolean parts : new boolean[] {false, true}) {
      Matrix x = parts ? wide.columns(1, 1 + inputs) : matrix(rows, inputs);
      Matrix y = Matrix.of(scope.zeros(DType.F32, rows, outputs + (parts ? 3 : 0)));
      Matrix target = parts ? y.columns(2, 2 + outputs) : y;
      for (Activation activation : new Activation[] {Activation.NONE, Activation.RELU}) {
        try (Ops ops = new EagerOps(device)) {
          linear.forward(ops, x, activation, target);
        }
        for (int t = 0; t < rows; t++) {
          for (int i = 0; i < outputs; i++) {
            double sum = bias == null ? 0 : bias.toDoubles()[i];
            for (int j = 0; j < inputs; j++) {
              sum += w[i][j] * at(x, t, j);
            }
            double expected = activation == Activation.RELU ? Math.max(0, sum) : sum;
            assertEquals(expected, at(target, t, i), 1e-5 * norm * inputs);
          }
        }
      }
      if (parts) {
        assertEquals(0, at(y, 0, 1));
        assertEquals(0, at(y, 0, 2 + outputs));
      }
    }
  }

  /** Rows decide on the order: one takes steps, many W itself where ranks are large. */
  static Stream<Arguments> slices() {
    int[][] sizes = {
      {1, 1, 1, 1, 1, 1, 1},
      {9, 4, 3, 2, 2, 2, 1},
      {9, 4, 3, 2, 2, 2, 7},
      {6, 5, 1, 3, 2, 1, 2},
      {5, 2, 4, 9, 7, 6, 1},
      {5, 2, 4, 9, 7, 6, 90},
      {12, 3, 2, 1, 3, 2, 40}
    };
    return Stream.of(sizes)
        .flatMap(
            size ->
                Stream.of(Kind.values())
                    .flatMap(
                        kind ->
                            Stream.of(false, true)
                                .map(ofInputs -> Arguments.of(kind, ofInputs, size))));
  }

  @ParameterizedTest
  @MethodSource("slices")
  void slicesComputeWhatTheDefinitionSays(Kind kind, boolean ofInputs, int[] s) {
    int r2 = kind == Kind.CP ? s[3] : s[4];
    TensorSlices linear = slices(kind, s[0], s[1], s[2], s[3], r2, s[5], ofInputs);
    check(linear, definition(linear), s[6]);
    long shared = s[0] * s[3] + s[1] * r2 + (kind == Kind.TUCKER ? s[3] * r2 * s[5] : 0);
    assertEquals(
        linear.parameters() - shared,
        linear.withBasis(linear.basis(), false).parameters(),
        "of a map that does not hold the basis");
  }

  /** Stored by inputs: 1 x 128 multiplications of the section's example, at most. */
  @Test
  void operationsOfHeads() {
    TensorSlices heads = slices(Kind.CP, 768, 64, 36, 256, 256, 0, false);
    long ofSection = 2L * 256 * 768 + 36 * (256 + 2 * 256 * 64);
    assertTrue(heads.flopsPerRow() <= ofSection, heads.flopsPerRow() + " above " + ofSection);
  }

  /** W, element by element from the definition of a train. */
  private static double[][] definition(TensorTrain train) {
    double[][] w = new double[train.outputs()][train.inputs()];
    for (int i = 0; i < w.length; i++) {
      for (int j = 0; j < w[i].length; j++) {
        double[] right = {1};
        int row = i;
        int column = j;
        for (int k = train.cores().size() - 1; k >= 0; k--) {
          int m = train.modes().get(k)[0];
          int n = train.modes().get(k)[1];
          Matrix core = train.cores().get(k);
          double[] left = new double[core.cols() / m];
          for (int a = 0; a < left.length; a++) {
            for (int b = 0; b < right.length; b++) {
              left[a] += at(core, column % n * right.length + b, a * m + row % m) * right[b];
            }
          }
          right = left;
          row /= m;
          column /= n;
        }
        w[i][j] = right[0];
      }
    }
    return w;
  }

  private TensorTrain train(int[][] modes, int[] ranks, boolean biased) {
    List<Matrix> cores = new ArrayList<>();
    int outputs = 1;
    for (int k = 0; k < modes.length; k++) {
      int before = k == 0 ? 1 : ranks[k - 1];
      int after = k == modes.length - 1 ? 1 : ranks[k];
      cores.add(matrix(modes[k][1] * after, before * modes[k][0]));
      outputs *= modes[k][0];
    }
    return new TensorTrain(List.of(modes), cores, biased ? normal(random, outputs) : null);
  }

  @ParameterizedTest
  @CsvSource({"1", "3", "200"})
  void trainsComputeWhatTheDefinitionSays(int rows) {
    for (boolean biased : new boolean[] {false, true}) {
      for (TensorTrain train :
          List.of(
              train(new int[][] {{4, 3}}, new int[0], biased),
              train(new int[][] {{2, 3}, {4, 5}}, new int[] {3}, biased),
              train(new int[][] {{6, 1}, {1, 7}}, new int[] {2}, biased),
              train(new int[][] {{1, 5}, {6, 1}}, new int[] {2}, biased),
              train(new int[][] {{4, 1}, {3, 2}, {1, 5}}, new int[] {3, 4}, biased),
              train(new int[][] {{2, 3}, {3, 2}, {2, 2}}, new int[] {5, 4}, biased),
              train(new int[][] {{1, 2}, {2, 1}, {3, 2}, {1, 3}}, new int[] {2, 3, 2}, biased))) {
        check(train, definition(train), rows);
      }
    }
  }

  @Test
  void labelsNameModesAndRanks() {
    assertEquals(
        "4x1-3x2-1x5, r=3,4",
        train(new int[][] {{4, 1}, {3, 2}, {1, 5}}, new int[] {3, 4}, true).label());
    assertEquals("R=2", slices(Kind.CP, 5, 3, 2, 2, 2, 0, false).label());
    assertEquals("4x3x2", slices(Kind.TUCKER, 5, 3, 2, 4, 3, 2, false).label());
    assertEquals("r=4,3", slices(Kind.TT, 5, 3, 2, 4, 3, 0, true).label());
  }

  @Test
  void factorsThatDoNotFitAreRefused() {
    Basis basis = new Basis("m", List.of(matrix(5, 2), matrix(3, 2)), scope);
    for (Kind kind : Kind.values()) {
      assertThrows(
          IllegalArgumentException.class,
          () -> new TensorSlices(kind, basis, matrix(2, 3), false, null, true));
    }
    for (int[][] modes : new int[][][] {{{2, 3}}, {{2, 3}, {2, 2}}, {{0, 3}}, {{2, -3}}}) {
      assertThrows(
          IllegalArgumentException.class,
          () -> new TensorTrain(List.of(modes), List.of(matrix(3, 4)), null));
    }
  }
}
