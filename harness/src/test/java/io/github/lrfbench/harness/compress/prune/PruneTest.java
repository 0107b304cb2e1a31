package io.github.lrfbench.harness.compress.prune;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.DeviceCase;
import io.github.lrfbench.harness.calibrate.ActivationMoments;
import io.github.lrfbench.harness.calibrate.InputMoments;
import io.github.lrfbench.harness.compress.spi.FactorRequest;
import io.github.lrfbench.harness.compress.spi.FactorRequest.Target;
import io.github.lrfbench.harness.compress.spi.Factorization;
import io.github.lrfbench.harness.compress.spi.MethodSpec;
import io.github.lrfbench.harness.compress.spi.SlotStatistics;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.SparseLinear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One matrix, pruned in every way, beside loops that say what that is. */
class PruneTest extends DeviceCase {
  private final SplittableRandom random = new SplittableRandom(3);

  private float[] weights(int rows, int cols) {
    float[] w = new float[rows * cols];
    for (int i = 0; i < w.length; i++) {
      w[i] = (float) random.nextGaussian();
    }
    return w;
  }

  /** [inputs, tokens]; inputs have much in common. */
  private double[][] inputs(int cols, int tokens) {
    double[][] x = new double[cols][tokens];
    for (int t = 0; t < tokens; t++) {
      double common = random.nextGaussian();
      for (int j = 0; j < cols; j++) {
        x[j][t] = (common + 0.7 * random.nextGaussian()) * (1 + j % 5);
      }
    }
    return x;
  }

  private Factorization factorize(
      String method, float[] w, int rows, int cols, double[][] x, boolean errors) {
    Matrix weight = Matrix.of(scope.allocate(DType.F32, cols, rows));
    device.blas().transpose(Matrix.of(scope.floats(w, rows, cols)), weight);
    LinearSlot slot = new LinearSlot("w", 0, "query", new DenseLinear(weight, null));
    ActivationMoments moments = x == null ? null : InputMoments.of("w", x, scope);
    MethodSpec spec = MethodSpec.parse(method);
    return ((PruneCompressor) spec.compressor())
        .factorize(
            new FactorRequest(
                List.of(new Target(slot, 0, errors)),
                spec.options().withSeed(0),
                new SlotStatistics(null, moments, null),
                scope))
        .get(0);
  }

  private float[] matrix(Linear map) {
    Tensor whole = scope.allocate(DType.F32, map.outputs(), map.inputs());
    map.materialize(device, Matrix.of(whole));
    return whole.toFloats();
  }

  private float[] prune(String method, float[] w, int rows, int cols, double[][] x) {
    return matrix(factorize(method, w, rows, cols, x, false).fit(0, scope).map());
  }

  /** The places of the largest of some numbers, by a sort that is stable. */
  private static boolean[] largest(double[] scores, int[] among, int count) {
    boolean[] kept = new boolean[scores.length];
    IntStream.of(among)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> -scores[i]))
        .limit(count)
        .forEach(i -> kept[i] = true);
    return kept;
  }

  private static float[] masked(float[] w, boolean[] kept) {
    float[] masked = new float[w.length];
    for (int i = 0; i < w.length; i++) {
      masked[i] = kept[i] ? w[i] : 0;
    }
    return masked;
  }

  @ParameterizedTest
  @CsvSource({"3, 5, 0.4", "8, 8, 0.5", "1, 9, 0.99", "7, 1, 0.3", "5, 13, 0.01"})
  void theLargestElementsAreKept(int rows, int cols, double keep) {
    float[] w = weights(rows, cols);
    // Ties, of which the first is kept, and zeros.
    w[w.length - 1] = -w[0];
    w[w.length / 2] = 0;
    double[] scores = new double[w.length];
    Arrays.setAll(scores, i -> Math.abs(w[i]));
    int count = Math.max(1, (int) (keep * w.length));
    int[] all = IntStream.range(0, w.length).toArray();
    Factorization made = factorize("prune:keep=" + keep, w, rows, cols, null, true);
    Linear map = made.fit(0, scope).map();
    assertArrayEquals(masked(w, largest(scores, all, count)), matrix(map));
    assertEquals(count, map.parameters());
    assertEquals(count, made.points().get(0).numbers());
    assertEquals(map.bits(), made.points().get(0).bits());
    assertEquals(map.label(), made.points().get(0).label());
    assertEquals(squared(w, matrix(map)), made.points().get(0).squaredError(), 1e-9 * w.length);
    assertEquals(
        Math.sqrt(squared(w, matrix(map))),
        made.fit(0, scope).diagnostics().predictedError(),
        1e-6);
  }

  private static double squared(float[] w, float[] other) {
    double sum = 0;
    for (int i = 0; i < w.length; i++) {
      double lost = w[i] - (double) other[i];
      sum += lost * lost;
    }
    return sum;
  }

  /** Two elements of the basis of elements, and one of singular vectors (other-families, 12.1). */
  @Test
  void theTwoLargestOfFour() {
    Factorization made = factorize("prune:keep=0.5", new float[] {3, 1, 1, 3}, 2, 2, null, true);
    assertArrayEquals(new float[] {3, 0, 0, 3}, matrix(made.fit(0, scope).map()));
    assertEquals(1.414214, made.fit(0, scope).diagnostics().predictedError(), 1e-6);
  }

  @Test
  void pointsGoFromOneElementToAll() {
    Factorization made = factorize("prune", weights(6, 7), 6, 7, null, true);
    assertEquals(42, made.points().count());
    for (int i = 0; i < 42; i++) {
      assertEquals(i + 1, made.points().get(i).numbers());
      assertEquals((i + 1) * 32 + 6 * 8, made.points().get(i).bits());
    }
    assertEquals(0, made.points().get(41).squaredError());
    float[] w = weights(90, 100);
    Factorization large = factorize("prune", w, 90, 100, null, true);
    assertEquals(4096, large.points().count());
    assertEquals(4500, large.points().get(2047).numbers());
    assertEquals(
        squared(w, matrix(large.fit(2047, scope).map())),
        large.points().get(2047).squaredError(),
        1e-6);
  }

  @ParameterizedTest
  @ValueSource(strings = {"wanda", "magnitude"})
  void rowsAreRankedForThemselves(String score) {
    float[] w = weights(4, 6);
    double[][] x = inputs(6, 9);
    float[] pruned = prune("prune:keep=0.5:scope=row:score=" + score, w, 4, 6, x);
    double[] scores = new double[24];
    for (int i = 0; i < 24; i++) {
      double norm = Math.sqrt(Arrays.stream(x[i % 6]).map(v -> v * v).sum());
      scores[i] = Math.abs(w[i]) * (score.equals("wanda") ? norm : 1);
    }
    boolean[] kept = new boolean[24];
    for (int row = 0; row < 4; row++) {
      boolean[] own = largest(scores, IntStream.range(6 * row, 6 * row + 6).toArray(), 3);
      for (int i = 0; i < 24; i++) {
        kept[i] |= own[i];
      }
    }
    assertArrayEquals(masked(w, kept), pruned);
    if (score.equals("wanda")) {
      assertArrayEquals(pruned, prune("prune:keep=0.5:score=wanda", w, 4, 6, x));
    }
  }

  /** A row that four does not divide keeps two of what is left, or all of it. */
  @ParameterizedTest
  @ValueSource(ints = {4, 5, 6, 7, 8, 1})
  void twoOfFour(int cols) {
    float[] w = weights(3, cols);
    double[] scores = new double[w.length];
    Arrays.setAll(scores, i -> Math.abs(w[i]));
    boolean[] kept = new boolean[w.length];
    int count = 0;
    for (int row = 0; row < 3; row++) {
      for (int from = 0; from < cols; from += 4) {
        int start = row * cols + from;
        int end = row * cols + Math.min(cols, from + 4);
        boolean[] own = largest(scores, IntStream.range(start, end).toArray(), 2);
        for (int i = start; i < end; i++) {
          kept[i] = own[i];
          count += own[i] ? 1 : 0;
        }
      }
    }
    Factorization made = factorize("prune:pattern=2of4", w, 3, cols, null, true);
    assertArrayEquals(masked(w, kept), matrix(made.fit(0, scope).map()));
    assertEquals(1, made.points().count());
    assertEquals(count, made.points().get(0).numbers());
    assertEquals(count, made.fit(0, scope).map().parameters());
  }

  /** By the norms of rows and columns. */
  @ParameterizedTest
  @ValueSource(strings = {"outputs", "inputs"})
  void outputsAndInputs(String pattern) {
    boolean rows = pattern.equals("outputs");
    float[] w = weights(6, 8);
    double[] squares = new double[rows ? 6 : 8];
    for (int i = 0; i < 48; i++) {
      squares[rows ? i / 8 : i % 8] += w[i] * (double) w[i];
    }
    boolean[] units = largest(squares, IntStream.range(0, squares.length).toArray(), 2);
    boolean[] kept = new boolean[48];
    for (int i = 0; i < 48; i++) {
      kept[i] = units[rows ? i / 8 : i % 8];
    }
    Factorization made = factorize("prune:pattern=" + pattern, w, 6, 8, null, true);
    Linear map = made.fit(1, scope).map();
    assertArrayEquals(masked(w, kept), matrix(map));
    assertEquals(made.points().get(1).numbers(), map.parameters());
    assertEquals(made.points().get(1).bits(), map.bits());
    assertEquals(made.points().get(1).label(), map.label());
    assertEquals(squared(w, matrix(map)), made.points().get(1).squaredError(), 1e-9);
  }

  @Test
  void survivorsAreMultiplied() {
    float[] w = weights(4, 5);
    Factorization plain = factorize("prune:keep=0.4", w, 4, 5, null, true);
    Factorization scaled = factorize("prune:keep=0.4:rescale=true", w, 4, 5, null, true);
    float[] expected = matrix(plain.fit(0, scope).map());
    for (int i = 0; i < expected.length; i++) {
      expected[i] *= 2.5f;
    }
    assertArrayEquals(expected, matrix(scaled.fit(0, scope).map()), 1e-6f);
    assertEquals(squared(w, expected), scaled.points().get(0).squaredError(), 1e-5);
  }

  @Test
  void randomElementsAreTheSameForASeedAndAsManyAsAskedFor() {
    float[] w = weights(20, 30);
    float[] first = prune("prune:score=random:keep=0.3", w, 20, 30, null);
    assertArrayEquals(first, prune("prune:score=random:keep=0.3", w, 20, 30, null));
    float[] second = prune("prune:score=random:keep=0.3:seed=1", w, 20, 30, null);
    int both = 0;
    int kept = 0;
    for (int i = 0; i < 600; i++) {
      kept += second[i] != 0 ? 1 : 0;
      both += first[i] != 0 && second[i] != 0 ? 1 : 0;
    }
    assertEquals(180, kept);
    // 54 are to be expected in both.
    assertTrue(both > 25 && both < 85, both + " in both");
    Factorization made = factorize("prune:score=random", w, 20, 30, null, true);
    double energy = squared(w, new float[600]);
    assertEquals(0.7 * energy, made.points().get(179).squaredError(), 1e-6 * energy);
  }

  /**
   * What optimal brain surgeon does to every row for itself: of the columns from the first on one
   * is stored, and the rest follows by the inverse of what is left of H.
   */
  private double[][] surgeon(float[] w, int rows, int cols, double[][] h, int count, int four) {
    double[][] left = new double[rows][cols];
    for (int i = 0; i < rows * cols; i++) {
      left[i / cols][i % cols] = w[i];
    }
    boolean[] kept = new boolean[rows * cols];
    double[][] u = new double[cols][];
    for (int j = 0; j < cols; j++) {
      u[j] = inverse(h, j)[0];
    }
    for (int j = 0; j < cols; j++) {
      if (j % four == 0) {
        int to = Math.min(cols, j + four);
        double[] scores = new double[rows * cols];
        for (int i = 0; i < rows; i++) {
          for (int k = j; k < to; k++) {
            scores[i * cols + k] = left[i][k] * left[i][k] / u[k][0];
          }
        }
        int from = j;
        if (four < cols) {
          for (int i = 0; i < rows; i++) {
            int[] own = IntStream.range(i * cols + from, i * cols + to).toArray();
            boolean[] best = largest(scores, own, 2);
            IntStream.of(own).forEach(k -> kept[k] = best[k]);
          }
        } else {
          boolean[] best = largest(scores, IntStream.range(0, rows * cols).toArray(), count);
          System.arraycopy(best, 0, kept, 0, best.length);
        }
      }
      for (int i = 0; i < rows; i++) {
        double stored = kept[i * cols + j] ? left[i][j] : 0;
        double error = (left[i][j] - stored) / u[j][0];
        left[i][j] = stored;
        for (int k = j + 1; k < cols; k++) {
          left[i][k] -= error * u[j][k - j];
        }
      }
    }
    return left;
  }

  /** The inverse of H without its first rows and columns, by Gauss and Jordan. */
  private static double[][] inverse(double[][] h, int from) {
    int n = h.length - from;
    double[][] a = new double[n][2 * n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        a[i][j] = h[from + i][from + j];
      }
      a[i][n + i] = 1;
    }
    for (int i = 0; i < n; i++) {
      double pivot = a[i][i];
      for (int j = 0; j < 2 * n; j++) {
        a[i][j] /= pivot;
      }
      for (int k = 0; k < n; k++) {
        double factor = a[k][i];
        for (int j = 0; k != i && j < 2 * n; j++) {
          a[k][j] -= factor * a[i][j];
        }
      }
    }
    double[][] inverse = new double[n][];
    Arrays.setAll(inverse, i -> Arrays.copyOfRange(a[i], n, 2 * n));
    return inverse;
  }

  @ParameterizedTest
  @CsvSource({"5, 9, false", "6, 8, true", "4, 10, true"})
  void sparseGptDoesWhatASurgeonDoes(int rows, int cols, boolean four) {
    float[] w = weights(rows, cols);
    double[][] x = inputs(cols, 3 * cols);
    double[][] h = new double[cols][cols];
    double mean = 0;
    for (int i = 0; i < cols; i++) {
      for (int j = 0; j < cols; j++) {
        for (int t = 0; t < x[0].length; t++) {
          h[i][j] += x[i][t] * x[j][t];
        }
      }
      mean += h[i][i] / cols;
    }
    for (int i = 0; i < cols; i++) {
      h[i][i] += 0.01 * mean;
    }
    int count = rows * cols / 2;
    String pattern = four ? ":pattern=2of4" : ":keep=0.5";
    float[] made = prune("prune:score=sparsegpt" + pattern, w, rows, cols, x);
    double[][] expected = surgeon(w, rows, cols, h, count, four ? 4 : cols);
    int kept = 0;
    for (int i = 0; i < made.length; i++) {
      assertEquals(expected[i / cols][i % cols], made[i], 1e-4, "element " + i);
      kept += made[i] != 0 ? 1 : 0;
    }
    assertEquals(four ? rows * (cols / 4 * 2 + Math.min(2, cols % 4)) : count, kept);
  }

  /** Of several blocks of columns as large a part is kept, and outputs lose less than otherwise. */
  @ParameterizedTest
  @ValueSource(strings = {"matrix", "row"})
  void weightsMakeUpForWhatIsLeftOut(String scopeOfRanks) {
    int rows = 6;
    int cols = 150;
    float[] w = weights(rows, cols);
    double[][] x = inputs(cols, 400);
    String options = ":keep=0.5:scope=" + scopeOfRanks;
    Factorization made = factorize("prune:score=sparsegpt" + options, w, rows, cols, x, true);
    float[] adapted = matrix(made.fit(0, scope).map());
    assertEquals(rows * cols / 2, ((SparseLinear) made.fit(0, scope).map()).parameters());
    double lost = outputs(w, adapted, x);
    assertEquals(lost, made.points().get(0).squaredError(), 1e-3 * lost);
    double wanda = outputs(w, prune("prune:score=wanda:keep=0.5", w, rows, cols, x), x);
    double magnitude = outputs(w, prune("prune:keep=0.5", w, rows, cols, x), x);
    assertTrue(lost < 0.5 * wanda && wanda < magnitude, lost + " " + wanda + " " + magnitude);
  }

  private static double outputs(float[] w, float[] other, double[][] x) {
    double sum = 0;
    int cols = x.length;
    for (int i = 0; i < w.length / cols; i++) {
      for (int t = 0; t < x[0].length; t++) {
        double y = 0;
        for (int j = 0; j < cols; j++) {
          y += (w[i * cols + j] - (double) other[i * cols + j]) * x[j][t];
        }
        sum += y * y;
      }
    }
    return sum;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pattern=2of4:scope=row",
        "pattern=2of4:keep=0.5",
        "pattern=outputs:scope=row",
        "keep=0",
        "score=sparsegpt:pattern=inputs",
        "score=sparsegpt:scope=model",
        "score=sparsegpt:rescale=true",
        "score=wanda:damping=0.1",
        "seed=2",
        "score=gradient:tokens=reached",
        "score=wanda:scope=model:statistics=sequential",
        "statistics=sequential"
      })
  void whatDoesNotGoTogetherIsRefusedInALine(String options) {
    String message =
        assertThrows(InputException.class, () -> MethodSpec.parse("prune:" + options)).getMessage();
    assertTrue(message.startsWith("--method prune") && !message.contains("\n"), message);
  }

  @Test
  void numbersThatAreNoneAreRefused() {
    float[] w = weights(3, 4);
    w[6] = Float.NaN;
    String message =
        assertThrows(InputException.class, () -> prune("prune:keep=0.5", w, 3, 4, null))
            .getMessage();
    assertTrue(message.contains("w holds NaN or infinity in row 1"), message);
  }
}
