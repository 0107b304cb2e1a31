package io.github.lrfbench.harness.compress.lowrank.elementwise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.compress.lowrank.elementwise.RowSolver.Damping;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rows of weighted least squares, beside each other's hostile ones. */
class RowSolverTest {
  private static final Damping SOME = new Damping(1e-3, 0.01);

  private final SplittableRandom random = new SplittableRandom(8);
  private Device device;
  private Scope scope;

  @BeforeEach
  void open() {
    device = Devices.open(deviceId(), new DeviceOptions(2), line -> {});
    scope = device.openScope();
  }

  @AfterEach
  void close() {
    scope.close();
    device.close();
  }

  String deviceId() {
    return "cpu";
  }

  /** A problem on the host. */
  private record Rows(double[] w, double[] h, double[] v, int rows, int cols, int rank) {
    double[] weights(int row) {
      return Arrays.copyOfRange(h, row * cols, (row + 1) * cols);
    }

    /** The normal equations of a row and, as their last column, the right side. */
    double[][] equations(int row, Damping damping) {
      double[][] equations = new double[rank][rank + 1];
      double trace = 0;
      for (int a = 0; a < rank; a++) {
        for (int j = 0; j < cols; j++) {
          double weighted = h[row * cols + j] * v[j * rank + a];
          for (int b = 0; b < rank; b++) {
            equations[a][b] += weighted * v[j * rank + b];
          }
          equations[a][rank] += weighted * w[row * cols + j];
        }
        trace += equations[a][a];
      }
      for (int a = 0; a < rank; a++) {
        equations[a][a] += damping.absolute() + damping.relative() * trace / rank;
      }
      return equations;
    }

    /** The loss of a row. */
    double loss(int row, double[] u) {
      double loss = 0;
      for (int j = 0; j < cols; j++) {
        double rest = w[row * cols + j];
        for (int a = 0; a < rank; a++) {
          rest -= u[a] * v[j * rank + a];
        }
        loss += h[row * cols + j] * rest * rest;
      }
      return loss;
    }
  }

  private Rows random(int rows, int cols, int rank) {
    return new Rows(
        gaussian(rows * cols),
        random.doubles((long) rows * cols, 0.1, 1).toArray(),
        gaussian(cols * rank),
        rows,
        cols,
        rank);
  }

  private double[] gaussian(int count) {
    double[] values = new double[count];
    Arrays.setAll(values, i -> random.nextGaussian());
    return values;
  }

  /** U, which held {@code 10 + row} everywhere before, row by row. */
  private double[][] solve(Rows rows, Damping damping) {
    Matrix w = Matrix.of(scope.doubles(rows.w, rows.rows, rows.cols));
    WeightedProblem problem = WeightedProblem.of(w, rows.h, scope);
    double[] before = new double[rows.rows * rows.rank];
    Arrays.setAll(before, i -> 10 + i / rows.rank);
    Matrix u = Matrix.of(scope.doubles(before, rows.rows, rows.rank));
    RowSolver.solve(problem, Matrix.of(scope.doubles(rows.v, rows.cols, rows.rank)), damping, u);
    double[] after = u.data().toDoubles();
    double[][] solutions = new double[rows.rows][];
    for (int i = 0; i < rows.rows; i++) {
      solutions[i] = Arrays.copyOfRange(after, i * rows.rank, (i + 1) * rows.rank);
    }
    return solutions;
  }

  /** By elimination with pivots. */
  private static double[] eliminate(double[][] a) {
    int n = a.length;
    for (int k = 0; k < n; k++) {
      int pivot = k;
      for (int i = k + 1; i < n; i++) {
        pivot = Math.abs(a[i][k]) > Math.abs(a[pivot][k]) ? i : pivot;
      }
      double[] row = a[pivot];
      a[pivot] = a[k];
      a[k] = row;
      for (int i = k + 1; i < n; i++) {
        double factor = a[i][k] / row[k];
        for (int j = k; j <= n; j++) {
          a[i][j] -= factor * row[j];
        }
      }
    }
    double[] x = new double[n];
    for (int i = n - 1; i >= 0; i--) {
      x[i] = a[i][n];
      for (int j = i + 1; j < n; j++) {
        x[i] -= a[i][j] * x[j];
      }
      x[i] /= a[i][i];
    }
    return x;
  }

  private static void assertSolved(Rows rows, Damping damping, int row, double[] u) {
    double[] expected = eliminate(rows.equations(row, damping));
    for (int a = 0; a < rows.rank; a++) {
      assertEquals(expected[a], u[a], 1e-8 * (1 + Math.abs(expected[a])), "row " + row);
    }
  }

  private static void assertKept(int row, double[] u) {
    Arrays.stream(u).forEach(value -> assertEquals(10 + row, value, "row " + row));
  }

  /** One row, ranks that are multiples of nothing, and rows of more than one chunk. */
  @ParameterizedTest
  @CsvSource({"1, 5, 1", "1, 40, 17", "9, 4, 3", "70, 60, 33", "107, 230, 203"})
  void everyRowIsThatOfItsEquations(int m, int n, int r) {
    Rows rows = random(m, n, r);
    for (Damping damping : r > 100 ? new Damping[] {SOME} : new Damping[] {Damping.NONE, SOME}) {
      double[][] u = solve(rows, damping);
      for (int i = 0; i < m; i += r > 100 ? 53 : 1) {
        assertSolved(rows, damping, i, u[i]);
      }
    }
  }

  @Test
  void hostileRowsDoNothingToOthers() {
    Rows rows = random(9, 12, 5);
    set(rows, 0, Double.NaN);
    set(rows, 2, 0);
    set(rows, 5, 0);
    rows.h[4 * 12 + 7] = Double.NaN;
    rows.h[5 * 12 + 2] = 1;
    set(rows, 6, Double.POSITIVE_INFINITY);
    set(rows, 8, 0);
    for (Damping damping : new Damping[] {Damping.NONE, SOME}) {
      double[][] u = solve(rows, damping);
      for (int row : new int[] {0, 2, 4, 6, 8}) {
        assertKept(row, u[row]);
      }
      for (int row : new int[] {1, 3, 7}) {
        assertSolved(rows, damping, row, u[row]);
      }
    }
    // Of one weight, rank 1 of 5: the element that counts is met.
    double[] lone = solve(rows, Damping.NONE)[5];
    assertEquals(0, rows.loss(5, lone), 1e-12);
    assertSolved(rows, SOME, 5, solve(rows, SOME)[5]);
  }

  private static void set(Rows rows, int row, double weight) {
    Arrays.fill(rows.h, row * rows.cols, (row + 1) * rows.cols, weight);
  }

  /** Fewer weights than the rank, in all rows or in some: each is as near as it can be. */
  @Test
  void singularRowsAreAsNearAsRegularOnes() {
    Rows rows = random(20, 30, 11);
    for (int row = 0; row < 20; row++) {
      for (int j = 0; j < 30; j++) {
        if (row % 3 != 0 && j >= row % 7 + 1) {
          rows.h[row * 30 + j] = 0;
        }
      }
    }
    double[][] u = solve(rows, Damping.NONE);
    for (int row = 0; row < 20; row++) {
      assertTrue(Arrays.stream(rows.weights(row)).sum() > 0);
      if (row % 3 == 0) {
        assertSolved(rows, Damping.NONE, row, u[row]);
      } else {
        assertEquals(0, rows.loss(row, u[row]), 1e-9, "row " + row);
      }
    }
  }

  /** Two equal columns of V make every row's matrix singular. */
  @Test
  void aSingularFactorIsRescuedInEveryRow() {
    Rows rows = random(6, 15, 4);
    for (int j = 0; j < 15; j++) {
      rows.v[j * 4 + 3] = rows.v[j * 4];
    }
    double[] less = new double[15 * 3];
    Arrays.setAll(less, i -> rows.v[i / 3 * 4 + i % 3]);
    Rows regular = new Rows(rows.w, rows.h, less, 6, 15, 3);
    double[][] u = solve(rows, Damping.NONE);
    double[][] expected = solve(regular, Damping.NONE);
    for (int row = 0; row < 6; row++) {
      double loss = regular.loss(row, expected[row]);
      assertEquals(loss, rows.loss(row, u[row]), 1e-6 * loss);
    }
  }

  @Test
  void aFactorThatHoldsNanLeavesAllRowsAsTheyAre() {
    Rows rows = random(4, 6, 2);
    rows.v[5] = Double.NaN;
    double[][] u = solve(rows, SOME);
    for (int row = 0; row < 4; row++) {
      assertKept(row, u[row]);
    }
  }
}
