package io.github.lrfbench.harness.compress.quantize;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.DeviceCase;
import io.github.lrfbench.harness.compress.quantize.CodeGrid.Zero;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import java.util.Arrays;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GptqTest extends DeviceCase {
  private static Zero zero(boolean symmetric) {
    return symmetric ? Zero.SYMMETRIC : Zero.ASYMMETRIC;
  }

  private final SplittableRandom random = new SplittableRandom(6);

  private Matrix matrix(double[][] rows) {
    return Matrix.of(
        scope.floats(
            floats(Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray()),
            rows.length,
            rows[0].length));
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  private Matrix gram(double[][] h) {
    double[] all = Arrays.stream(h).flatMapToDouble(Arrays::stream).toArray();
    return Matrix.of(scope.doubles(all, h.length, h.length));
  }

  private double[][] weights(int rows, int cols, double size) {
    double[][] w = new double[rows][cols];
    for (double[] row : w) {
      Arrays.setAll(row, j -> (float) (size * random.nextGaussian()));
    }
    return w;
  }

  /** Moments of so many tokens whose inputs have much in common. */
  private double[][] moments(int n, int tokens, double size) {
    double[][] h = new double[n][n];
    for (int t = 0; t < tokens; t++) {
      double[] x = new double[n];
      double common = random.nextGaussian();
      for (int i = 0; i < n; i++) {
        x[i] = size * (common + 0.7 * random.nextGaussian()) * (1 + i % 5);
      }
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          h[i][j] += x[i] * x[j];
        }
      }
    }
    return h;
  }

  private double[][] expand(Codes codes, int rows, int cols) {
    Tensor written = scope.allocate(DType.F32, rows, cols);
    codes.map(scope).materialize(device, Matrix.of(written));
    double[] elements = written.toDoubles();
    double[][] expanded = new double[rows][];
    Arrays.setAll(expanded, i -> Arrays.copyOfRange(elements, i * cols, (i + 1) * cols));
    return expanded;
  }

  private double[][] run(double[][] w, double[][] h, CodeGrid grid, boolean act, double damping) {
    Gptq gptq = Gptq.of("w", matrix(w), gram(h), act, damping, scope);
    return expand(gptq.round(grid), w.length, h.length);
  }

  private double[][] nearest(double[][] w, CodeGrid grid) {
    Codes codes = new Codes(grid, w.length, w[0].length);
    codes.fitAll(matrix(w), "w");
    for (int i = 0; i < w.length; i++) {
      for (int j = 0; j < w[i].length; j++) {
        codes.round(i, j, w[i][j]);
      }
    }
    return expand(codes, w.length, w[0].length);
  }

  /** tr(D H Dᵀ). */
  private static double lost(double[][] w, double[][] rounded, double[][] h) {
    double sum = 0;
    for (int r = 0; r < w.length; r++) {
      for (int i = 0; i < h.length; i++) {
        for (int j = 0; j < h.length; j++) {
          sum += (w[r][i] - rounded[r][i]) * h[i][j] * (w[r][j] - rounded[r][j]);
        }
      }
    }
    return sum;
  }

  /**
   * The algorithm as optimal brain quantization states it, with the inverse of what is left of H in
   * every step and no Cholesky factor.
   */
  private double[][] reference(
      double[][] w, double[][] h, CodeGrid grid, boolean act, double damping, byte[] stored) {
    int n = h.length;
    int[] order =
        IntStream.range(0, n)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> act ? -h[i][i] : 0))
            .mapToInt(i -> i)
            .toArray();
    double mean = IntStream.range(0, n).mapToDouble(i -> h[i][i]).average().orElseThrow();
    double[][] damped = new double[n][];
    for (int i = 0; i < n; i++) {
      damped[i] = h[i].clone();
      damped[i][i] += damping * mean;
    }
    double[][] inverse = inverse(damped);
    Codes codes = new Codes(grid, w.length, n);
    double[][] left = Arrays.stream(w).map(double[]::clone).toArray(double[][]::new);
    for (int step = 0; step < n; step++) {
      int i = order[step];
      for (int r = 0; r < w.length; r++) {
        if (act ? step == 0 : i % grid.width(n) == 0) {
          int first = act ? 0 : i / grid.width(n);
          int last = act ? grid.groups(n) : first + 1;
          for (int g = first; g < last; g++) {
            codes.fit(r, g, kept(left[r], stored, r), "w");
          }
        }
        boolean isStored = stored == null || stored[r * n + i] == 1;
        double error = (left[r][i] - codes.round(r, i, isStored ? left[r][i] : 0)) / inverse[i][i];
        for (int k = 0; k < n; k++) {
          left[r][k] -= error * inverse[i][k];
        }
      }
      double[] own = inverse[i].clone();
      for (int a = 0; a < n; a++) {
        for (int b = 0; b < n; b++) {
          inverse[a][b] -= own[a] * own[b] / own[i];
        }
      }
    }
    return expand(codes, w.length, n);
  }

  private static double[] kept(double[] row, byte[] stored, int r) {
    double[] kept = row.clone();
    for (int i = 0; stored != null && i < kept.length; i++) {
      kept[i] *= stored[r * kept.length + i];
    }
    return kept;
  }

  /** By Gauss and Jordan, without pivots. */
  private static double[][] inverse(double[][] h) {
    int n = h.length;
    double[][] a = Arrays.stream(h).map(double[]::clone).toArray(double[][]::new);
    double[][] inverse = new double[n][n];
    for (int i = 0; i < n; i++) {
      inverse[i][i] = 1;
    }
    for (int i = 0; i < n; i++) {
      double pivot = a[i][i];
      for (int j = 0; j < n; j++) {
        a[i][j] /= pivot;
        inverse[i][j] /= pivot;
      }
      for (int k = 0; k < n; k++) {
        double factor = a[k][i];
        for (int j = 0; k != i && j < n; j++) {
          a[k][j] -= factor * a[i][j];
          inverse[k][j] -= factor * inverse[i][j];
        }
      }
    }
    return inverse;
  }

  /** The third weight is there to make the scale 1. */
  @Test
  void theSecondWeightMakesUpForTheFirst() {
    double[][] h = {{2, 1, 0}, {1, 2, 0}, {0, 0, 1}};
    double[][] w = {{0.6f, 0.6f, 3}};
    CodeGrid grid = new CodeGrid(2, 0, Zero.ASYMMETRIC, false);
    double[][] rounded = run(w, h, grid, false, 0);
    assertArrayEquals(new double[] {1, 0, 3}, rounded[0]);
    assertEquals(0.56, lost(w, rounded, h), 1e-6);
    assertEquals(0.96, lost(w, nearest(w, grid), h), 1e-6);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 4, 0, true, false, 1",
    "3, 5, 3, 2, false, true, 1",
    "4, 40, 4, 16, false, false, 1e-15",
    "4, 300, 4, 32, false, false, 1",
    "3, 300, 3, 200, false, false, 1e15",
    "3, 290, 4, 0, true, true, 1",
    "2, 290, 8, 64, false, true, 1",
    "2, 150, 2, 7, false, true, 1"
  })
  void itIsTheAlgorithmStepByStep(
      int rows, int cols, int bits, int group, boolean symmetric, boolean act, double size) {
    CodeGrid grid = new CodeGrid(bits, group, zero(symmetric), false);
    double[][] w = weights(rows, cols, size);
    double[][] h = moments(cols, 2 * cols + 3, size);
    double[][] expected = reference(w, h, grid, act, 0.01, null);
    double[][] actual = run(w, h, grid, act, 0.01);
    for (int i = 0; i < rows; i++) {
      assertArrayEquals(expected[i], actual[i], 1e-5 * size);
    }
    double ofNearest = lost(w, nearest(w, grid), h);
    assertTrue(
        cols < 40 || lost(w, actual, h) < 0.6 * ofNearest, lost(w, actual, h) + " " + ofNearest);
  }

  /** What is left out stays 0, and the others make up for more than codes of them alone would. */
  @ParameterizedTest
  @CsvSource({"true, 0, true", "false, 32, true", "false, 32, false", "false, -1, false"})
  void elementsThatAreLeftOutStayZero(boolean symmetric, int group, boolean act) {
    int rows = 4;
    int cols = 300;
    double[][] w = weights(rows, cols, 1);
    byte[] stored = new byte[rows * cols];
    for (int i = 0; i < stored.length; i++) {
      stored[i] = (byte) (random.nextInt(5) < 2 ? 1 : 0);
      w[i / cols][i % cols] *= stored[i];
    }
    double[][] h = moments(cols, 2 * cols, 1);
    CodeGrid grid = new CodeGrid(4, group, zero(symmetric), false);
    Gptq gptq = Gptq.of("w", matrix(w), gram(h), act, 0.01, scope);
    double[][] actual = expand(gptq.round(grid, stored), rows, cols);
    if (group >= 0) {
      double[][] expected = reference(w, h, grid, act, 0.01, stored);
      for (int i = 0; i < rows; i++) {
        assertArrayEquals(expected[i], actual[i], 1e-5);
      }
    }
    for (int i = 0; i < stored.length; i++) {
      assertTrue(stored[i] == 1 || actual[i / cols][i % cols] == 0, "element " + i);
    }
    assertTrue(lost(w, actual, h) < 0.8 * lost(w, nearest(w, grid), h));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whereInputsAreUncorrelatedItRoundsToNearest(boolean act) {
    double[][] w = weights(5, 260, 1);
    double[][] h = new double[260][260];
    for (int i = 0; i < 260; i++) {
      // Some are always 0.
      h[i][i] = i % 7 == 0 ? 0 : i % 13;
    }
    CodeGrid grid = new CodeGrid(3, 32, Zero.ASYMMETRIC, false);
    double[][] expected = nearest(w, grid);
    double[][] actual = run(w, h, grid, act, 0.01);
    for (int i = 0; i < 5; i++) {
      assertArrayEquals(expected[i], actual[i]);
    }
  }

  @Test
  void fewerTokensThanInputsTakeMoreDamping() {
    double[][] w = weights(2, 30, 1);
    double[][] h = moments(30, 3, 1);
    Gptq gptq = Gptq.of("w", matrix(w), gram(h), true, 0, scope);
    assertTrue(gptq.damping() > 0 && gptq.damping() < 1, "" + gptq.damping());
    double[][] rounded = expand(gptq.round(new CodeGrid(4, 0, Zero.SYMMETRIC, false)), 2, 30);
    assertTrue(Double.isFinite(lost(w, rounded, h)));
  }

  @Test
  void inputsThatAreAllZeroAreNoFault() {
    double[][] w = weights(2, 6, 1);
    CodeGrid grid = new CodeGrid(4, 0, Zero.ASYMMETRIC, false);
    double[][] rounded = run(w, new double[6][6], grid, true, 0.01);
    assertArrayEquals(nearest(w, grid)[1], rounded[1]);
  }

  /** Its scale is there before the first weight is rounded. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void oneScaleForTheWholeMatrix(boolean act) {
    double[][] w = weights(6, 150, 1);
    double[][] h = moments(150, 400, 1);
    CodeGrid grid = new CodeGrid(3, CodeGrid.MATRIX, Zero.FREE, false);
    double[][] rounded = run(w, h, grid, act, 0.01);
    assertTrue(lost(w, rounded, h) < 0.6 * lost(w, nearest(w, grid), h));
    double[] written =
        Arrays.stream(rounded).flatMapToDouble(Arrays::stream).distinct().sorted().toArray();
    double least = Arrays.stream(w).flatMapToDouble(Arrays::stream).min().orElseThrow();
    assertTrue(written.length <= 8, written.length + " numbers");
    assertEquals(least, written[0], 1e-6);
  }

  @Test
  void whatIsNoNumberIsRefused() {
    double[][] w = weights(3, 4, 1);
    w[1][2] = Double.NaN;
    double[][] h = moments(4, 9, 1);
    CodeGrid grid = new CodeGrid(4, 0, Zero.SYMMETRIC, false);
    InputException refused = assertThrows(InputException.class, () -> run(w, h, grid, true, 0.01));
    assertEquals("w holds NaN or infinity in row 1, which has no codes", refused.getMessage());
    h[0][1] = Double.NaN;
    h[1][0] = Double.NaN;
    assertThrows(ArithmeticException.class, () -> run(weights(3, 4, 1), h, grid, false, 0.01));
  }
}
