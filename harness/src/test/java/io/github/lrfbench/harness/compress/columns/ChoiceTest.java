package io.github.lrfbench.harness.compress.columns;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.compress.structure.Slow;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.svd.SvdAlgorithm;
import io.github.lrfbench.kernels.svd.SvdFactors;
import io.github.lrfbench.kernels.svd.SvdOptions;
import io.github.lrfbench.kernels.svd.TruncatedSvd;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Columns and rows are chosen as slow versions of the definitions choose them. */
class ChoiceTest {
  private final SplittableRandom random = new SplittableRandom(3);
  private ColumnCase matrices;

  /** The device that the test is for. */
  String kind() {
    return "cpu";
  }

  @BeforeEach
  void open() {
    matrices = new ColumnCase(kind());
  }

  @AfterEach
  void close() {
    matrices.close();
  }

  private Matrix transposed(double[][] a) {
    return matrices.doubles(Slow.transpose(a));
  }

  /** The numbers of other-families: column 1 first, and nothing is left after two. */
  @Test
  void pivotsOfAWorkedExample() {
    double[][] a = {{1, 2, 0}, {1, 2, 1}, {1, 2, 2}};
    GramSchmidt basis = new GramSchmidt(transposed(a), 3, matrices.scope);
    int[] order = basis.takeLargest(3);
    assertArrayEquals(new int[] {1, 2, 0}, order);
    double[][] r = matrices.values(basis.products());
    double[] diagonal = {3.464102, 1.414214, 0};
    for (int i = 0; i < 3; i++) {
      assertEquals(diagonal[i], Math.abs(r[i][order[i]]), 1e-6);
    }
    double[][] product = Slow.product(Slow.transpose(matrices.values(basis.basis())), r);
    assertEquals(0, Squares.of(a, product), 1e-28);
  }

  /** Columns that lie nearly in each other's span: downdated norms alone would be noise. */
  @Test
  void basesAreOrthonormalAndPivotsFallOnHostileColumns() {
    for (double size : new double[] {1, 1e-30, 1e30}) {
      double[][] a = new double[20][30];
      double[][] base = Squares.random(20, 30, size, random);
      for (int i = 0; i < 20; i++) {
        for (int j = 0; j < 30; j++) {
          // Kahan's decay: from one column to the next only a tenth is new.
          a[i][j] = (j == 0 ? 0 : a[i][j - 1]) + Math.pow(0.1, Math.min(j, 9)) * base[i][j];
        }
      }
      GramSchmidt basis = new GramSchmidt(transposed(a), 20, matrices.scope);
      int[] order = basis.takeLargest(20);
      double[][] q = matrices.values(basis.basis());
      double[][] squares = Slow.product(q, Slow.transpose(q));
      for (int i = 0; i < 20; i++) {
        for (int j = 0; j < 20; j++) {
          assertEquals(i == j ? 1 : 0, squares[i][j], 1e-13);
        }
      }
      double[][] r = matrices.values(basis.products());
      for (int i = 1; i < 20; i++) {
        double before = Math.abs(r[i - 1][order[i - 1]]);
        double after = Math.abs(r[i][order[i]]);
        assertTrue(after <= before * (1 + 1e-5), i + ": " + before + " " + after);
        for (int j = 0; j < 30; j++) {
          double left = 0;
          for (int k = i; k < 20; k++) {
            left += r[k][j] * r[k][j];
          }
          assertTrue(Math.sqrt(left) <= after * (1 + 1e-3) + 1e-13 * size);
        }
      }
      double[][] product = Slow.product(Slow.transpose(q), r);
      assertEquals(0, Squares.of(a, product), 1e-26 * Squares.of(a));
    }
  }

  @Test
  void whatIsSpannedAddsNothing() {
    double[][] a = Squares.random(6, 2, 1, random);
    double[][] wide = Slow.product(a, Squares.random(2, 5, 1, random));
    GramSchmidt basis = new GramSchmidt(transposed(wide), 5, matrices.scope);
    basis.takeLargest(5);
    double[][] q = matrices.values(basis.basis());
    for (int i = 2; i < 5; i++) {
      assertArrayEquals(new double[6], q[i]);
    }
    GramSchmidt zero = new GramSchmidt(transposed(new double[4][3]), 3, matrices.scope);
    assertArrayEquals(new int[] {0, 1, 2}, zero.takeLargest(3));
    double[][] bad = {{1, Double.NaN}};
    assertThrows(
        ArithmeticException.class, () -> new GramSchmidt(transposed(bad), 1, matrices.scope));
  }

  private SvdFactors svd(double[][] a, int rank) {
    return new TruncatedSvd(matrices.device, SvdOptions.of(SvdAlgorithm.GRAM))
        .factor(matrices.scope, matrices.doubles(a), rank);
  }

  private static double[] flat(double[][] a) {
    return Arrays.stream(a).flatMapToDouble(Arrays::stream).toArray();
  }

  /** The numbers of other-families. */
  @Test
  void leverageOfAWorkedExample() {
    double[][] a = {{4, 2, 2}, {2, 1, 1}, {0, 3, 1}};
    SvdFactors svd = svd(a, 2);
    assertEquals(5.780693, svd.spectrum().value(0), 1e-6);
    assertEquals(2.565851, svd.spectrum().value(1), 1e-6);
    double[] columns = Choice.scores(flat(matrices.values(svd.vt())), 3, 2);
    assertArrayEquals(new double[] {0.909091, 0.909091, 0.181818}, columns, 1e-6);
    Matrix left = Matrices.transpose(svd.u(), matrices.scope);
    double[] rows = Choice.scores(flat(matrices.values(left)), 3, 2);
    assertArrayEquals(new double[] {0.8, 0.2, 1}, rows, 1e-6);
    assertArrayEquals(new int[] {2, 0}, Choice.leverage(left).of(2));
    assertFalse(Choice.leverage(left).isNested());
  }

  @Test
  void interpolationIsThatOfItsDefinition() {
    for (int draw = 0; draw < 20; draw++) {
      int k = 1 + draw % 6;
      double[][] v = Squares.random(k, 9, 1, random);
      int[] order = Choice.interpolation(matrices.doubles(v)).of(k);
      for (int step = 0; step < k; step++) {
        double[] left = v[step].clone();
        if (step > 0) {
          int[] before = Arrays.copyOf(order, step);
          double[][] first = Arrays.copyOf(v, step);
          // Coefficients by which the vectors before interpolate this one at the chosen.
          double[][] at = Slow.transpose(Slow.columns(first, before));
          double[][] wanted = Slow.transpose(Slow.columns(new double[][] {v[step]}, before));
          double[][] by = Slow.solve(at, wanted);
          for (int j = 0; j < left.length; j++) {
            for (int i = 0; i < step; i++) {
              left[j] -= by[i][0] * first[i][j];
            }
          }
        }
        int largest = order[step];
        for (double element : left) {
          assertTrue(Math.abs(element) <= Math.abs(left[largest]) * (1 + 1e-9));
        }
      }
    }
  }

  private static double error(double[][] a, double[][] candidates, int[] chosen) {
    double[][] some = Slow.columns(candidates, chosen);
    return Squares.of(a, Slow.product(some, Squares.fit(some, a)));
  }

  /** Of all candidates that of which the error is then the least. */
  @Test
  void greedyTakesWhatHelpsMost() {
    for (int draw = 0; draw < 10; draw++) {
      double[][] candidates = Squares.random(8, 7, 1, random);
      double[][] a = Slow.product(candidates, Squares.random(7, 5, 1, random));
      double[][] gram = Slow.product(a, Slow.transpose(a));
      int[] order = Choice.greedy(transposed(candidates), matrices.doubles(gram), 4).of(4);
      for (int step = 1; step <= 4; step++) {
        int[] before = Arrays.copyOf(order, step);
        double own = error(a, candidates, before);
        for (int other = 0; other < 7; other++) {
          int candidate = other;
          if (IntStream.of(order).limit(step).noneMatch(taken -> taken == candidate)) {
            int[] instead = before.clone();
            instead[step - 1] = other;
            assertTrue(own <= error(a, candidates, instead) * (1 + 1e-9) + 1e-12, "step " + step);
          }
        }
      }
    }
  }

  @Test
  void pivotedCholeskyTakesTheLargestLeft() {
    double[][] x = Squares.random(7, 12, 1, random);
    double[][] gram = Slow.product(x, Slow.transpose(x));
    int[] order = PivotedCholesky.order(matrices.doubles(gram), 7);
    for (int step = 0; step < 7; step++) {
      int[] before = Arrays.copyOf(order, step);
      double[] left = new double[7];
      for (int j = 0; j < 7; j++) {
        left[j] = gram[j][j];
        if (step > 0) {
          double[][] inner = Slow.columns(Slow.rows(gram, before), before);
          double[][] own = Slow.columns(Slow.rows(gram, before), new int[] {j});
          left[j] -= Slow.product(Slow.transpose(own), Slow.solve(inner, own))[0][0];
        }
      }
      double largest = Arrays.stream(left).max().orElseThrow();
      assertEquals(largest, left[order[step]], 1e-9);
    }
    int[] singular = PivotedCholesky.order(matrices.doubles(new double[4][4]), 3);
    assertArrayEquals(new int[] {0, 1, 2}, singular);
  }

  @Test
  void uniformChoicesAreOrdersThatASeedRepeats() {
    int[] order = Choice.uniform(50, 1).of(50);
    assertArrayEquals(IntStream.range(0, 50).toArray(), Arrays.stream(order).sorted().toArray());
    assertArrayEquals(order, Choice.uniform(50, 1).of(50));
    assertFalse(Arrays.equals(order, Choice.uniform(50, 2).of(50)));
  }
}
