package io.github.lrfbench.harness.compress.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.compress.spi.Factorization.Fit;
import io.github.lrfbench.harness.linear.TensorTrain;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Trains of matrices are within their bounds, and exact where their ranks are full. */
class TrainMatrixTest {
  private TensorCase of;

  /** The device that the test is for. */
  String kind() {
    return "cpu";
  }

  @BeforeEach
  void open() {
    of = new TensorCase(kind());
  }

  @AfterEach
  void close() {
    of.close();
  }

  private static float[] random(int size, double scale) {
    SplittableRandom random = new SplittableRandom(9);
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) (scale * random.nextGaussian());
    }
    return values;
  }

  private TrainMatrix train(float[] w, int rows, int cols, String shape) {
    return TrainMatrix.of(of.slot("w", 0, w, rows, cols), shape);
  }

  private static double distance(float[] w, double[] other) {
    double sum = 0;
    for (int i = 0; i < w.length; i++) {
      sum += (w[i] - other[i]) * (w[i] - other[i]);
    }
    return Math.sqrt(sum);
  }

  @Test
  void pairsOfModesStandSideBySide() {
    int[] m = {2, 3, 2};
    int[] n = {4, 1, 3};
    double[] w = new double[12 * 12];
    for (int i = 0; i < w.length; i++) {
      w[i] = i;
    }
    double[] permuted =
        TrainMatrix.permuted(w, List.of(new int[] {2, 4}, new int[] {3, 1}, new int[] {2, 3}));
    int place = 0;
    for (int i1 = 0; i1 < m[0]; i1++) {
      for (int j1 = 0; j1 < n[0]; j1++) {
        for (int i2 = 0; i2 < m[1]; i2++) {
          for (int i3 = 0; i3 < m[2]; i3++) {
            for (int j3 = 0; j3 < n[2]; j3++) {
              int row = (i1 * 3 + i2) * 2 + i3;
              int column = j1 * 3 + j3;
              assertEquals(row * 12 + column, permuted[place++]);
            }
          }
        }
      }
    }
  }

  /** Two cores are a sum of Kronecker products: 1 to 16 in rows of four, other-families 1.8. */
  @Test
  void twoCoresAreKroneckerProducts() {
    float[] w = new float[16];
    for (int i = 0; i < 16; i++) {
      w[i] = i + 1;
    }
    TrainMatrix made = train(w, 4, 4, "2x2");
    assertEquals("2x2-2x2, r=1", made.points().get(0).label());
    Fit one = made.fit(0, of.scope).get(0);
    assertEquals(3.530940, distance(w, of.matrix(one.map())), 1e-5);
    assertEquals(3.530940, one.diagnostics().predictedError(), 1e-5);
    assertEquals(3.530940, Math.sqrt(made.points().get(0).squaredError()), 1e-5);
  }

  @ParameterizedTest
  @CsvSource({
    "12, 20, auto, 1",
    "24, 16, auto, 1e-30",
    "24, 16, auto, 1e30",
    "7, 5, auto, 1",
    "1, 1, auto, 1",
    "1, 30, auto, 1",
    "24, 36, 2x3-3x2, 1",
    "24, 36, 24x1, 1",
    "24, 36, 1x36-2x1-3x1, 1",
    "24, 36, 5x7-1000x1, 1"
  })
  void errorsAreWithinTheirBounds(int rows, int cols, String shape, double size) {
    float[] w = random(rows * cols, size);
    double norm = distance(w, new double[w.length]);
    TrainMatrix made = train(w, rows, cols, shape);
    OperatingPoints points = made.points();
    assertEquals(1, points.energy() / norm / norm, 1e-6);
    for (int i = 0; i < points.count(); i++) {
      Fit fit = made.fit(i, of.scope).get(0);
      double error = distance(w, of.matrix(fit.map())) / norm;
      assertTrue(error <= Math.sqrt(points.get(i).squaredError()) / norm + 1e-5);
      assertEquals(error, fit.diagnostics().predictedError() / norm, 2e-5);
      assertEquals(points.get(i).numbers(), fit.map().parameters());
      assertEquals(points.get(i).label(), fit.map().label());
      TensorTrain train = (TensorTrain) fit.map();
      if (i > 0) {
        assertTrue(points.get(i).numbers() > points.get(i - 1).numbers());
        assertTrue(points.get(i).squaredError() < points.get(i - 1).squaredError());
        assertTrue(!shape.equals("auto") || train.flopsPerRow() <= 2L * rows * cols, train.label());
      }
    }
  }

  /** A train of small ranks is found exactly. */
  @Test
  void fullRanksAreExact() {
    SplittableRandom random = new SplittableRandom(1);
    int[][] modes = {{3, 4}, {4, 2}, {2, 3}};
    int[] ranks = {1, 2, 3, 1};
    double[][] cores = new double[3][];
    for (int k = 0; k < 3; k++) {
      cores[k] =
          random
              .doubles((long) ranks[k] * modes[k][0] * modes[k][1] * ranks[k + 1], -1, 1)
              .toArray();
    }
    float[] w = new float[24 * 24];
    for (int i = 0; i < 24; i++) {
      for (int j = 0; j < 24; j++) {
        int[] of = {i / 8, i / 2 % 4, i % 2};
        int[] from = {j / 6, j / 3 % 2, j % 3};
        double[] row = {1};
        for (int k = 0; k < 3; k++) {
          double[] next = new double[ranks[k + 1]];
          for (int a = 0; a < row.length; a++) {
            for (int b = 0; b < next.length; b++) {
              int place = ((a * modes[k][0] + of[k]) * modes[k][1] + from[k]) * next.length + b;
              next[b] += row[a] * cores[k][place];
            }
          }
          row = next;
        }
        w[i * 24 + j] = (float) row[0];
      }
    }
    TrainMatrix made = train(w, 24, 24, "3x4-4x2");
    double norm = distance(w, new double[w.length]);
    int point = 0;
    while (!made.points().get(point).label().endsWith("r=2,3")) {
      point++;
    }
    assertEquals(0, distance(w, of.matrix(made.fit(point, of.scope).get(0).map())), 1e-5 * norm);
  }

  @Test
  void aZeroMatrixStaysZeroAndWhatIsNoNumberIsRefused() {
    TrainMatrix made = train(new float[24], 4, 6, "auto");
    assertArrayEquals(new double[24], of.matrix(made.fit(0, of.scope).get(0).map()));
    float[] w = random(12, 1);
    w[5] = Float.POSITIVE_INFINITY;
    assertThrows(ArithmeticException.class, () -> train(w, 4, 3, "auto"));
  }

  @Test
  void whatIsNoShapeIsRefused() {
    for (String wrong : List.of("0x3", "3", "x", "3x4-", "3x99999999999", "2x2,3x3")) {
      assertFalse(TrainShapes.isNamed(wrong), wrong);
    }
    assertTrue(TrainShapes.isNamed("4x6-8x2-1x1"));
  }
}
