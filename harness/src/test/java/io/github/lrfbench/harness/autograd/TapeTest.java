package io.github.lrfbench.harness.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import io.github.lrfbench.kernels.ops.Segments;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The gradients of every recorded operation are those of central differences. */
class TapeTest {
  private static final int TOKENS = 6;
  private static final int WIDTH = 4;

  private final CentralDifferences differences = new CentralDifferences();

  @AfterEach
  void close() {
    differences.close();
  }

  private static Matrix allocate(Ops ops, int rows, int cols) {
    return Matrix.of(ops.allocate(DType.F64, rows, cols));
  }

  /** A value that depends on a parameter, as all inputs of inner layers do. */
  private Matrix value(Ops ops, Matrix parameter) {
    Matrix y = allocate(ops, TOKENS, parameter.cols());
    ops.linear(constant, false, parameter, null, Activation.NONE, y);
    return y;
  }

  private final Matrix constant = Matrix.of(differences.frozen(TOKENS, 3));

  private Segments segments() {
    return new Segments(differences.scope().ints(new int[] {0, 1, 4, TOKENS}, 4), 3, 3);
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void linearInBothOrientations(Activation activation) {
    Matrix inner = differences.trainedMatrix(3, WIDTH);
    Matrix straight = differences.trainedMatrix(WIDTH, 5);
    Matrix transposed = differences.trainedMatrix(2, 5);
    Tensor bias = differences.trained(5);
    differences.check(
        ops -> {
          Matrix y = allocate(ops, TOKENS, 5);
          ops.linear(value(ops, inner), false, straight, bias, activation, y);
          Matrix z = allocate(ops, TOKENS, 2);
          ops.linear(y, true, transposed, null, activation, z);
          return z;
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void spreadParts(int parts) {
    Matrix first = differences.trainedMatrix(3, WIDTH);
    Matrix second = differences.trainedMatrix(3, WIDTH);
    differences.check(
        ops -> {
          Matrix y = allocate(ops, TOKENS, 6 * WIDTH);
          ops.spread(value(ops, first), parts, y.columns(0, 3 * WIDTH));
          ops.spread(value(ops, second), parts, y.columns(3 * WIDTH, 6 * WIDTH));
          return y;
        });
  }

  @Test
  void gatheredColumns() {
    Matrix first = differences.trainedMatrix(3, 6);
    Tensor columns = differences.scope().ints(new int[] {4, 0, 5}, 3);
    Tensor others = differences.scope().ints(new int[] {-1, 1}, 2);
    differences.check(
        ops -> {
          Matrix x = value(ops, first);
          Matrix y = allocate(ops, TOKENS, 9);
          ops.gatherColumns(x, columns, y.columns(0, 3));
          ops.gatherColumns(x, others, y.columns(3, 5));
          ops.gatherColumns(x.columns(1, 5), others, y.columns(5, 7));
          ops.gatherColumns(x, others, y.columns(7, 9));
          return y;
        });
  }

  @Test
  void swappedAxes() {
    Matrix first = differences.trainedMatrix(3, 6);
    Matrix second = differences.trainedMatrix(3, 6);
    differences.check(
        ops -> {
          Matrix y = allocate(ops, TOKENS, 12);
          Matrix x = value(ops, first);
          ops.swapAxes(x, 2, 3, y.columns(0, 6));
          ops.swapAxes(value(ops, second), 6, 1, y.columns(6, 12));
          Matrix z = allocate(ops, TOKENS, 12);
          ops.swapAxes(y, 3, 4, z);
          Matrix again = allocate(ops, TOKENS, 18);
          ops.swapAxes(z, 12, 1, again.columns(0, 12));
          ops.swapAxes(x, 3, 2, again.columns(12, 18));
          return again;
        });
  }

  /** Of parameters and values, of one row, and of both arguments at once. */
  @Test
  void khatriRao() {
    Matrix inner = differences.trainedMatrix(3, WIDTH);
    Matrix left = differences.trainedMatrix(2, WIDTH);
    Matrix one = differences.trainedMatrix(1, WIDTH);
    differences.check(
        ops -> {
          Matrix x = value(ops, inner);
          Matrix scaled = allocate(ops, TOKENS, WIDTH);
          ops.khatriRao(one, x, scaled);
          Matrix spread = allocate(ops, 2 * TOKENS, WIDTH);
          ops.khatriRao(scaled, left, spread);
          Matrix squares = allocate(ops, TOKENS * TOKENS, WIDTH);
          ops.khatriRao(x, scaled, squares);
          Matrix y = allocate(ops, 2 * TOKENS * TOKENS, WIDTH);
          ops.khatriRao(left, squares, y);
          ops.add(spread, y.rows(0, 2 * TOKENS));
          return y;
        });
  }

  /** {@code y = (A ⊗ B) x} of every row, by two products and two swaps. */
  @Test
  void kroneckerProduct() {
    Matrix a = differences.trainedMatrix(5, 2);
    Matrix b = differences.trainedMatrix(4, 3);
    Matrix inner = differences.trainedMatrix(3, 6);
    differences.check(
        ops -> {
          Matrix x = value(ops, inner);
          Matrix first = allocate(ops, TOKENS, 2 * 4);
          ops.linear(
              x.reshape(TOKENS * 2, 3),
              true,
              b,
              null,
              Activation.NONE,
              first.reshape(TOKENS * 2, 4));
          Matrix swapped = allocate(ops, TOKENS, 4 * 2);
          ops.swapAxes(first, 2, 4, swapped);
          Matrix second = allocate(ops, TOKENS, 4 * 5);
          ops.linear(
              swapped.reshape(TOKENS * 4, 2),
              true,
              a,
              null,
              Activation.NONE,
              second.reshape(TOKENS * 4, 5));
          Matrix y = allocate(ops, TOKENS, 5 * 4);
          ops.swapAxes(second, 4, 5, y);
          assertKronecker(a, b, x, y);
          return y;
        });
  }

  private static void assertKronecker(Matrix a, Matrix b, Matrix x, Matrix y) {
    double[] as = a.data().toDoubles();
    double[] bs = b.data().toDoubles();
    double[] xs = x.data().toDoubles();
    double[] ys = y.data().toDoubles();
    for (int t = 0; t < TOKENS; t++) {
      for (int o = 0; o < 20; o++) {
        double sum = 0;
        for (int i = 0; i < 6; i++) {
          sum += as[o / 4 * 2 + i / 3] * bs[o % 4 * 3 + i % 3] * xs[t * 6 + i];
        }
        assertEquals(sum, ys[t * 20 + o], 1e-12);
      }
    }
  }

  @Test
  void linearOfParametersThemselves() {
    Matrix x = differences.trainedMatrix(TOKENS, WIDTH);
    Matrix w = differences.trainedMatrix(WIDTH, 3);
    differences.check(
        ops -> {
          Matrix y = allocate(ops, TOKENS, 3);
          ops.linear(x, false, w, null, Activation.TANH, y);
          return y;
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void linearByAMatrixThatIsComputed(boolean transposed) {
    Matrix inner = differences.trainedMatrix(3, TOKENS);
    differences.check(
        ops -> {
          Matrix square = value(ops, inner);
          Matrix y = allocate(ops, TOKENS, TOKENS);
          ops.linear(square, transposed, square, null, Activation.TANH, y);
          return y;
        });
  }

  @Test
  void linearIntoAndFromSlicesOfColumns() {
    Matrix stacked = differences.trainedMatrix(3, 5);
    Matrix other = differences.trainedMatrix(WIDTH, 2);
    Tensor bias = differences.trained(2);
    Matrix inner = differences.trainedMatrix(3, WIDTH);
    Matrix last = differences.trainedMatrix(3, WIDTH);
    differences.check(
        ops -> {
          Matrix y = allocate(ops, TOKENS, 7);
          ops.linear(
              constant, false, stacked.columns(1, 4), null, Activation.GELU, y.columns(0, 3));
          ops.linear(
              constant, false, stacked.columns(3, 5), null, Activation.NONE, y.columns(3, 5));
          ops.linear(value(ops, inner), false, other, bias, Activation.TANH, y.columns(5, 7));
          Matrix z = allocate(ops, TOKENS, WIDTH);
          ops.linear(y.columns(2, 5), false, last, null, Activation.NONE, z);
          Matrix all = allocate(ops, TOKENS, 7);
          ops.layerNorm(y, null, y, ones(7), zeros(7), 1e-5, all);
          Matrix result = allocate(ops, TOKENS, 11);
          copy(ops, z, result.columns(0, WIDTH));
          copy(ops, all, result.columns(WIDTH, 11));
          return result;
        });
  }

  private Tensor ones(int size) {
    double[] values = new double[size];
    Arrays.fill(values, 1);
    return differences.scope().doubles(values, size);
  }

  private Tensor zeros(int size) {
    return differences.scope().zeros(DType.F64, size);
  }

  private void copy(Ops ops, Matrix x, Matrix y) {
    int[] rows = new int[x.rows()];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = i;
    }
    ops.gatherRows(x, differences.scope().ints(rows, rows.length), y);
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void lowRank(Activation activation) {
    Matrix inner = differences.trainedMatrix(3, WIDTH);
    Matrix down = differences.trainedMatrix(WIDTH, 2);
    Matrix up = differences.trainedMatrix(2, 5);
    Tensor bias = differences.trained(5);
    differences.check(
        ops -> {
          Matrix y = allocate(ops, TOKENS, 5);
          ops.lowRank(value(ops, inner), down, up, bias, activation, y);
          return y;
        });
  }

  @ParameterizedTest
  @CsvSource({"true, true", "true, false", "false, true", "false, false"})
  void lowRankThatIsAdded(boolean inputsTrained, boolean baseTrained) {
    Matrix inner =
        inputsTrained
            ? differences.trainedMatrix(3, WIDTH)
            : Matrix.of(differences.frozen(3, WIDTH));
    Matrix base =
        baseTrained ? differences.trainedMatrix(WIDTH, 5) : Matrix.of(differences.frozen(WIDTH, 5));
    Matrix down = differences.trainedMatrix(WIDTH, 2);
    Matrix up = differences.trainedMatrix(2, 3);
    differences.check(
        ops -> {
          Matrix x = value(ops, inner);
          Matrix y = allocate(ops, TOKENS, 5);
          ops.linear(x, false, base, null, Activation.NONE, y);
          ops.addLowRank(x, down, up, 0.6, y.columns(1, 4));
          ops.biasActivation(y, null, Activation.GELU);
          return y;
        });
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void biasAndActivationInPlace(Activation activation) {
    Matrix inner = differences.trainedMatrix(3, WIDTH);
    Tensor bias = differences.trained(WIDTH);
    differences.check(
        ops -> {
          Matrix x = value(ops, inner);
          ops.biasActivation(x, bias, activation);
          ops.biasActivation(x, null, activation);
          return x;
        });
  }

  @ParameterizedTest
  @CsvSource({"false, false", "false, true", "true, false", "true, true"})
  void layerNorm(boolean withResidual, boolean withBias) {
    Matrix inner = differences.trainedMatrix(3, WIDTH);
    Matrix other = differences.trainedMatrix(3, WIDTH);
    Tensor bias = withBias ? differences.trained(WIDTH) : null;
    Tensor gamma = differences.trained(WIDTH);
    Tensor beta = differences.trained(WIDTH);
    differences.check(
        ops -> {
          Matrix y = allocate(ops, TOKENS, WIDTH);
          Matrix residual = value(ops, other);
          ops.layerNorm(
              value(ops, inner), bias, withResidual ? residual : null, gamma, beta, 1e-5, y);
          return y;
        });
  }

  @Test
  void layerNormWithFrozenGain() {
    Matrix inner = differences.trainedMatrix(3, WIDTH);
    Tensor gamma = differences.frozen(WIDTH);
    Tensor beta = differences.frozen(WIDTH);
    differences.check(
        ops -> {
          Matrix y = allocate(ops, TOKENS, WIDTH);
          ops.layerNorm(value(ops, inner), null, constantOfWidth(), gamma, beta, 1e-5, y);
          return y;
        });
  }

  private final Matrix wide = Matrix.of(differences.frozen(TOKENS, WIDTH));

  private Matrix constantOfWidth() {
    return wide;
  }

  @ParameterizedTest
  @CsvSource({"true, true", "false, true", "true, false"})
  void embeddings(boolean withTypes, boolean wordsTrained) {
    Matrix word =
        wordsTrained
            ? differences.trainedMatrix(5, WIDTH)
            : Matrix.of(differences.frozen(5, WIDTH));
    Matrix position = differences.trainedMatrix(TOKENS, WIDTH);
    Matrix type = withTypes ? differences.trainedMatrix(2, WIDTH) : null;
    Tensor ids = differences.scope().ints(new int[] {4, 0, 4, 1, 4, 0}, TOKENS);
    Tensor positions = differences.scope().ints(new int[] {0, 0, 1, 2, 0, 1}, TOKENS);
    Tensor types =
        withTypes ? differences.scope().ints(new int[] {0, 1, 0, 0, 1, 1}, TOKENS) : null;
    differences.check(
        ops -> {
          Matrix y = allocate(ops, TOKENS, WIDTH);
          ops.embed(ids, word, positions, position, types, type, y);
          return y;
        });
  }

  @ParameterizedTest
  @CsvSource({"false, 0", "true, 0", "false, 0.3", "true, 0.3"})
  void attentionOfSeparateMatrices(boolean causal, double dropout) {
    Matrix first = differences.trainedMatrix(3, WIDTH);
    Matrix second = differences.trainedMatrix(3, WIDTH);
    Matrix third = differences.trainedMatrix(3, WIDTH);
    differences.check(
        ops -> {
          Matrix y = allocate(ops, TOKENS, WIDTH);
          Matrix k = value(ops, second);
          ops.attention(
              value(ops, first), k, value(ops, third), segments(), 2, 0.7, causal, dropout, y);
          return y;
        },
        dropout == 0);
  }

  @ParameterizedTest
  @CsvSource({"false, 0", "true, 0", "false, 0.3", "true, 0.3"})
  void attentionOfOneStackedMatrix(boolean causal, double dropout) {
    Matrix stacked = differences.trainedMatrix(3, 3 * WIDTH);
    differences.check(
        ops -> {
          Matrix y = allocate(ops, TOKENS, WIDTH);
          Matrix qkv = value(ops, stacked);
          ops.attention(
              qkv.columns(0, WIDTH),
              qkv.columns(WIDTH, 2 * WIDTH),
              qkv.columns(2 * WIDTH, 3 * WIDTH),
              segments(),
              2,
              0.7,
              causal,
              dropout,
              y);
          return y;
        },
        dropout == 0);
  }

  @Test
  void attentionOfAMatrixWithItself() {
    Matrix inner = differences.trainedMatrix(3, WIDTH);
    differences.check(
        ops -> {
          Matrix y = allocate(ops, TOKENS, WIDTH);
          Matrix x = value(ops, inner);
          ops.attention(x, x, x, segments(), 1, 0.5, false, y);
          return y;
        });
  }

  @Test
  void attentionOfAWiderMatrixThatSharesQueryAndKey() {
    Matrix inner = differences.trainedMatrix(3, 3 * WIDTH);
    differences.check(
        ops -> {
          Matrix y = allocate(ops, TOKENS, WIDTH);
          Matrix x = value(ops, inner);
          Matrix shared = x.columns(0, WIDTH);
          ops.attention(shared, shared, x.columns(WIDTH, 2 * WIDTH), segments(), 1, 0.5, false, y);
          return y;
        });
  }

  @Test
  void attentionWithFrozenKeys() {
    Matrix first = differences.trainedMatrix(3, WIDTH);
    differences.check(
        ops -> {
          Matrix y = allocate(ops, TOKENS, WIDTH);
          ops.attention(value(ops, first), wide, wide, segments(), 2, 0.7, false, y);
          return y;
        });
  }

  @Test
  void gatheredRowsThatRepeat() {
    Matrix inner = differences.trainedMatrix(3, WIDTH);
    Tensor rows = differences.scope().ints(new int[] {2, 0, 2}, 3);
    differences.check(
        ops -> {
          Matrix y = allocate(ops, 3, WIDTH);
          ops.gatherRows(value(ops, inner), rows, y);
          return y;
        });
  }

  @Test
  void meanOfSequences() {
    Matrix inner = differences.trainedMatrix(3, WIDTH);
    differences.check(
        ops -> {
          Matrix y = allocate(ops, 3, WIDTH);
          ops.meanPool(value(ops, inner), segments(), y);
          return y;
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void softmaxInPlace(boolean masked) {
    Matrix inner = differences.trainedMatrix(3, WIDTH);
    Tensor valid = masked ? differences.scope().ints(new int[] {4, 1, 0, 2, 3, 4}, TOKENS) : null;
    differences.check(
        ops -> {
          Matrix x = value(ops, inner);
          ops.scaledMaskedSoftmax(x, 0.6, valid);
          return x;
        });
  }

  @Test
  void dropoutOfAValueThatIsUsedElsewhereToo() {
    Matrix inner = differences.trainedMatrix(3, WIDTH);
    Tensor gamma = differences.trained(WIDTH);
    Tensor beta = differences.trained(WIDTH);
    differences.check(
        ops -> {
          Matrix x = value(ops, inner);
          Matrix y = allocate(ops, TOKENS, WIDTH);
          ops.layerNorm(ops.dropout(x, 0.4), null, x, gamma, beta, 1e-5, y);
          return y;
        },
        false);
  }

  @Test
  void aValueThatIsUsedManyTimes() {
    Matrix inner = differences.trainedMatrix(3, WIDTH);
    Matrix again = differences.trainedMatrix(WIDTH, WIDTH);
    Tensor gamma = differences.trained(WIDTH);
    differences.check(
        ops -> {
          Matrix x = value(ops, inner);
          Matrix first = allocate(ops, TOKENS, WIDTH);
          ops.linear(x, false, again, null, Activation.GELU, first);
          Matrix second = allocate(ops, TOKENS, WIDTH);
          ops.linear(first, true, again, gamma, Activation.TANH, second);
          Matrix third = allocate(ops, TOKENS, WIDTH);
          ops.layerNorm(first, gamma, x, gamma, gamma, 1e-5, third);
          Matrix fourth = allocate(ops, TOKENS, WIDTH);
          ops.attention(first, second, third, segments(), 2, 0.7, false, fourth);
          Matrix fifth = allocate(ops, TOKENS, WIDTH);
          ops.layerNorm(fourth, null, x, gamma, gamma, 1e-5, fifth);
          return fifth;
        });
  }

  @Test
  void dropoutIsOfThePassAndAbsentWithoutASeed() {
    Matrix inner = differences.trainedMatrix(3, WIDTH);
    try (GradientBuffers gradients = differences.buffers()) {
      double[][] results = new double[4][];
      Long[] seeds = {null, 1L, 1L, 2L};
      for (int i = 0; i < seeds.length; i++) {
        try (Tape tape = new Tape(differences.device(), gradients, seeds[i])) {
          Matrix x = value(tape.ops(), inner);
          Matrix once = tape.ops().dropout(x, 0.5);
          Matrix twice = tape.ops().dropout(x, 0.5);
          results[i] = once.data().toDoubles();
          if (seeds[i] != null) {
            assertNotEquals(Arrays.toString(results[i]), Arrays.toString(twice.data().toDoubles()));
          }
        }
      }
      assertArrayEquals(results[1], results[2]);
      assertNotEquals(Arrays.toString(results[1]), Arrays.toString(results[3]));
      for (double element : results[0]) {
        assertNotEquals(0, element);
      }
    }
  }

  @Test
  void whatDependsOnNothingTrainedHasNoGradient() {
    Matrix frozen = Matrix.of(differences.frozen(3, WIDTH));
    Tensor trained = differences.trained(WIDTH);
    try (GradientBuffers gradients = differences.buffers();
        Tape tape = new Tape(differences.device(), gradients, null)) {
      Matrix x = value(tape.ops(), frozen);
      assertNull(tape.gradient(x));
      assertThrows(IllegalArgumentException.class, () -> tape.backward(x.data(), wide));
      assertArrayEquals(new double[WIDTH], gradients.of(trained).toDoubles());
    }
  }

  @Test
  void recordedOperationsWriteToTensorsOfTheTapeOnly() {
    try (GradientBuffers gradients = differences.buffers();
        Tape tape = new Tape(differences.device(), gradients, null)) {
      assertThrows(
          IllegalArgumentException.class,
          () -> tape.ops().biasActivation(wide, null, Activation.TANH));
    }
  }

  @Test
  void gradientsAddUpUntilTheyAreCleared() {
    Tensor bias = differences.trained(WIDTH);
    try (GradientBuffers gradients = differences.buffers()) {
      for (int pass = 1; pass <= 2; pass++) {
        try (Tape tape = new Tape(differences.device(), gradients, null)) {
          Matrix y = value(tape.ops(), Matrix.of(differences.frozen(3, WIDTH)));
          tape.ops().biasActivation(y, bias, Activation.NONE);
          tape.backward(y.data(), Matrix.of(ones(TOKENS * WIDTH).reshape(TOKENS, WIDTH)));
        }
        assertArrayEquals(
            new double[] {6 * pass, 6 * pass, 6 * pass, 6 * pass},
            gradients.of(bias).toDoubles(),
            1e-12);
        assertEquals(12 * pass, gradients.norm(), 1e-12);
      }
      gradients.of(bias).write(0, new double[] {Double.NaN}, 0, 1);
      gradients.clear();
      assertArrayEquals(new double[WIDTH], gradients.of(bias).toDoubles());
    }
  }

  @Test
  void valuesAreFreedAsTheBackwardPassGoes() {
    int depth = 12;
    int size = 64;
    Matrix w = differences.trainedMatrix(size, size);
    Matrix x = Matrix.of(differences.frozen(size, size));
    Matrix upstream = Matrix.of(differences.frozen(size, size));
    try (GradientBuffers gradients = differences.buffers();
        Tape tape = new Tape(differences.device(), gradients, null)) {
      long before = differences.device().memory().currentBytes();
      Matrix y = x;
      for (int i = 0; i < depth; i++) {
        Matrix next = allocate(tape.ops(), size, size);
        tape.ops().linear(y, false, w, null, Activation.NONE, next);
        y = next;
      }
      long forward = differences.device().memory().currentBytes() - before;
      assertTrue(forward >= (long) depth * size * size * DType.F64.bytes());
      differences.device().resetPeakMemory();
      tape.backward(y.data(), upstream);
      long peak = differences.device().memory().peakBytes() - before;
      assertTrue(peak <= forward * (depth + 4) / depth, peak + " against " + forward);
      assertEquals(before, differences.device().memory().currentBytes());
    }
  }

  @Test
  void closingFreesWhatNoBackwardPassDid() {
    Matrix inner = differences.trainedMatrix(3, WIDTH);
    try (GradientBuffers gradients = differences.buffers()) {
      long before = differences.device().memory().currentBytes();
      try (Tape tape = new Tape(differences.device(), gradients, null)) {
        value(tape.ops(), inner);
        assertTrue(differences.device().memory().currentBytes() > before);
      }
      assertEquals(before, differences.device().memory().currentBytes());
    }
  }
}
