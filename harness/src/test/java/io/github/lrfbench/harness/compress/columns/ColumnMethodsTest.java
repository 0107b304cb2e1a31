package io.github.lrfbench.harness.compress.columns;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.compress.lowrank.LowRankFactorization.Cut;
import io.github.lrfbench.harness.compress.lowrank.PseudoInverse;
import io.github.lrfbench.harness.compress.spi.ErrorMetric;
import io.github.lrfbench.harness.compress.spi.Factorization;
import io.github.lrfbench.harness.compress.spi.Factorization.Fit;
import io.github.lrfbench.harness.compress.spi.MethodSpec;
import io.github.lrfbench.harness.compress.structure.Slow;
import io.github.lrfbench.harness.linear.Chain;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.SelectedInputs;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What methods by chosen columns, rows and inputs must equal, must not exceed, and tell before. */
class ColumnMethodsTest {
  private static final List<String> METHODS =
      List.of(
          "rrqr",
          "rrqr:side=rows",
          "rrqr:side=auto",
          "rrqr:weighted=true",
          "rrqr:side=rows:weighted=true",
          "rrqr:side=auto:weighted=true",
          "cur",
          "cur:select=leverage",
          "cur:select=deim",
          "cur:select=greedy",
          "cur:core=skeleton",
          "cur:weighted=true",
          "cur:select=greedy:weighted=true",
          "nystrom",
          "nystrom:select=leverage",
          "nystrom:select=uniform:seed=3",
          "denil",
          "denil:values=ls",
          "denil:values=data",
          "denil:choice=qr:values=data:lambda=0",
          "denil:choice=leverage",
          "denil:kernel=weights:choice=qr:values=ls",
          "denil:kernel=weights:choice=leverage:values=data",
          "denil:kernel=index:sigma=2");

  private final SplittableRandom random = new SplittableRandom(8);
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

  private static boolean countsOutputs(String method) {
    return method.contains("weighted") || method.contains("data") || method.startsWith("nystrom");
  }

  private static double squares(double[][] w, double[][] made, double[][] x) {
    return x == null ? Squares.of(w, made) : Squares.of(Slow.product(w, x), Slow.product(made, x));
  }

  /** A matrix of a rank, with numbers of single precision. */
  private double[][] ofRank(int rows, int cols, int rank) {
    return Slow.product(integers(rows, rank), integers(rank, cols));
  }

  private double[][] integers(int rows, int cols) {
    double[][] matrix = new double[rows][cols];
    for (double[] row : matrix) {
      for (int j = 0; j < cols; j++) {
        row[j] = random.nextInt(-4, 5);
      }
    }
    return matrix;
  }

  private List<double[][]> hostile() {
    double[][] zeroColumn = Squares.random(5, 4, 1, random);
    for (double[] row : zeroColumn) {
      row[2] = 0;
    }
    return List.of(
        Squares.random(1, 1, 1, random),
        Squares.random(1, 6, 1, random),
        Squares.random(6, 1, 1, random),
        Squares.random(6, 7, 1, random),
        Squares.random(8, 5, 1, random),
        Squares.random(12, 20, 1, random),
        Squares.random(20, 12, 1, random),
        Squares.random(6, 4, 1e30, random),
        Squares.random(4, 6, 1e-30, random),
        ofRank(7, 6, 2),
        zeroColumn,
        new double[4][3],
        new double[2][5]);
  }

  /** Of all points of every method, on whatever matrices. */
  @Test
  void errorsOfPointsAreThoseOfTheirForms() {
    for (double[][] w : hostile()) {
      int n = w[0].length;
      for (int tokens : new int[] {3 * n, Math.max(1, n / 2)}) {
        double[][] x = Squares.random(n, tokens, 1, random);
        for (String method : METHODS) {
          errorsAreTrue(method, w, x);
        }
      }
    }
  }

  private void errorsAreTrue(String method, double[][] w, double[][] x) {
    int n = w[0].length;
    boolean nystrom = method.startsWith("nystrom");
    int most = nystrom ? n : Math.min(w.length, n);
    String what = method + " on " + w.length + " x " + n + ", " + x[0].length + " tokens";
    Factorization made = matrices.factorize(method, w, x, most, true);
    OperatingPoints points = made.points();
    assertEquals(most, points.count(), what);
    double energy = squares(w, new double[w.length][n], countsOutputs(method) ? x : null);
    assertEquals(energy, points.energy(), 1e-9 * energy, what);
    for (int i = 0; i < most; i++) {
      Fit fit = made.fit(i, matrices.scope);
      double error = squares(w, matrices.matrix(fit.map()), countsOutputs(method) ? x : null);
      assertTrue(Double.isFinite(error), what);
      boolean told = made.measuresAll() || isSample(i + 1, most);
      // Forms that are read back are in single precision, and so are those of landmarks.
      double tolerance = (nystrom ? 1e-6 : 1e-8) * energy;
      if (told) {
        assertEquals(error, points.get(i).squaredError(), tolerance + 1e-7 * error, what + " " + i);
      }
      Linear stored = fit.map().copyTo(matrices.scope, DType.F32);
      assertEquals(stored.parameters(), points.get(i).numbers(), what);
      assertEquals(stored.bits(), points.get(i).bits(), what);
      assertEquals(stored.label(), points.get(i).label(), what);
      assertEquals(i + 1, points.get(i).rank());
      assertFalse(fit.diagnostics().algorithm().isEmpty());
    }
  }

  private static boolean isSample(int count, int most) {
    return IntStream.range(0, 8).anyMatch(i -> count == Math.max(1, most >> i));
  }

  /** No matrix of a rank is closer than that of the singular values, by weights and by outputs. */
  @Test
  void noneIsCloserThanTheBestOfItsRank() {
    for (int draw = 0; draw < 6; draw++) {
      double[][] w = Squares.random(draw % 2 == 0 ? 9 : 14, 11, 1, random);
      double[][] x =
          Slow.product(Squares.random(11, 11, 1, random), Squares.random(11, 30, 1, random));
      double[] ofWeights = matrices.singularValues(w);
      double[] ofOutputs = matrices.singularValues(Slow.product(w, x));
      for (String method : METHODS) {
        for (int rank : new int[] {1, 3, 6, 9}) {
          double[][] made = matrices.product(method, w, x, rank);
          double weights = tail(ofWeights, rank);
          double outputs = tail(ofOutputs, rank);
          assertTrue(squares(w, made, null) >= weights * (1 - 1e-6) - 1e-9, method + " " + rank);
          assertTrue(squares(w, made, x) >= outputs * (1 - 1e-6) - 1e-6, method + " " + rank);
        }
      }
    }
  }

  private static double tail(double[] values, int rank) {
    double tail = 0;
    for (int i = rank; i < values.length; i++) {
      tail += values[i] * values[i];
    }
    return tail;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rrqr",
        "rrqr:side=rows",
        "rrqr:side=auto",
        "rrqr:weighted=true",
        "cur",
        "cur:select=leverage",
        "cur:select=deim",
        "cur:select=greedy",
        "cur:core=skeleton",
        "denil:kernel=weights:lambda=0:values=ls:choice=qr"
      })
  void fullRankIsExact(String method) {
    for (double[][] w :
        List.of(
            Squares.random(7, 7, 1, random), Squares.random(5, 9, 1, random), ofRank(8, 6, 6))) {
      double[][] x = Squares.random(w[0].length, 40, 1, random);
      int most = Math.min(w.length, w[0].length);
      double[][] made = matrices.product(method, w, x, most);
      assertEquals(0, Math.sqrt(squares(w, made, null)), 1e-10 * Math.sqrt(Squares.of(w)));
    }
  }

  /** What is kept are numbers of W itself, and the others come as close as they can. */
  @Test
  void interpolationsKeepColumnsAndRows() {
    double[][] w = Squares.random(9, 7, 1, random);
    double[][] x = Squares.random(7, 30, 1, random);
    for (String weighted : new String[] {"", ":weighted=true"}) {
      double[][] a = weighted.isEmpty() ? w : Slow.product(w, x);
      Fit columns = matrices.factorize("rrqr" + weighted, w, x, 4, false).fit(3, matrices.scope);
      double[][] kept = Slow.transpose(matrices.values(columns.map().factors().up()));
      int[] chosen = find(Slow.transpose(w), Slow.transpose(kept));
      double[][] some = Slow.columns(w, chosen);
      double[][] best = Slow.product(some, Squares.fit(some, w));
      assertEquals(0, Squares.of(best, matrices.matrix(columns.map())), 1e-20);
      assertTrue(columns.diagnostics().note().startsWith("columns, max|T| "));
      Fit rows =
          matrices.factorize("rrqr:side=rows" + weighted, w, x, 4, false).fit(3, matrices.scope);
      double[][] keptRows = Slow.transpose(matrices.values(rows.map().factors().down()));
      int[] numbers = find(w, keptRows);
      double[][] ofA = Slow.rows(a, numbers);
      double[][] by = Squares.fit(Slow.transpose(ofA), Slow.transpose(a));
      double[][] fitted = Slow.product(Slow.transpose(by), Slow.rows(w, numbers));
      assertEquals(0, Squares.of(fitted, matrices.matrix(rows.map())), 1e-16);
    }
  }

  /** Which of the rows others are. */
  private static int[] find(double[][] all, double[][] some) {
    int[] found = new int[some.length];
    for (int i = 0; i < some.length; i++) {
      double[] row = some[i];
      found[i] =
          IntStream.range(0, all.length)
              .filter(j -> Arrays.equals(all[j], row))
              .findFirst()
              .orElseThrow();
    }
    return found;
  }

  @Test
  void theBetterSideIsTaken() {
    double[][] w = Squares.random(12, 10, 1, random);
    double[][] points = new double[3][];
    String[] sides = {"columns", "rows", "auto"};
    for (int i = 0; i < 3; i++) {
      OperatingPoints offer =
          matrices.factorize("rrqr:side=" + sides[i], w, null, 10, true).points();
      points[i] = IntStream.range(0, 10).mapToDouble(p -> offer.get(p).squaredError()).toArray();
    }
    for (int i = 0; i < 10; i++) {
      assertEquals(Math.min(points[0][i], points[1][i]), points[2][i], 1e-12);
    }
  }

  /** The numbers of other-families. */
  @Test
  void curOfAWorkedExample() {
    double[][] a = {{4, 2, 2}, {2, 1, 1}, {0, 3, 1}};
    Matrix w = matrices.doubles(a);
    Weighing matrix = new Weighing(w, w, ErrorMetric.WEIGHTS);
    double[][] core = {{0.25, -0.166667}, {0, 0.333333}};
    double[][] expected = Slow.product(core, Slow.rows(a, new int[] {0, 2}));
    for (boolean optimal : new boolean[] {true, false}) {
      Cut cut =
          new Cur(matrix, new int[] {0, 1}, new int[] {0, 2}, optimal, "qr").cut(2, matrices.scope);
      double[][] down = Slow.transpose(matrices.values(cut.factors().down()));
      assertEquals(0, Squares.of(expected, down), 1e-10);
      double[][] up = Slow.transpose(matrices.values(cut.factors().up()));
      assertEquals(0, Squares.of(Slow.columns(a, new int[] {0, 1}), up));
      assertEquals(0, Math.sqrt(Squares.of(a, Slow.product(up, down))), 1e-12);
    }
  }

  @Test
  void pseudoInversesLeaveOutWhatIsNotThere() {
    double[][] x = {{3, 0, 0}, {0, 0.5, 0}};
    PseudoInverse made = PseudoInverse.of(matrices.doubles(x), matrices.scope);
    double[][] expected = {{1 / 3.0, 0}, {0, 2}, {0, 0}};
    assertEquals(0, Squares.of(expected, matrices.values(made.matrix())), 1e-28);
    assertEquals(6, made.condition(), 1e-12);
    double[][] singular =
        Slow.product(Squares.random(6, 2, 1, random), Squares.random(2, 5, 1, random));
    PseudoInverse ofRank = PseudoInverse.of(matrices.doubles(singular), matrices.scope);
    double[][] back =
        Slow.product(Slow.product(singular, matrices.values(ofRank.matrix())), singular);
    assertEquals(0, Squares.of(singular, back), 1e-24);
    assertTrue(ofRank.condition() < 1e6);
    PseudoInverse zero = PseudoInverse.of(matrices.doubles(new double[2][3]), matrices.scope);
    assertEquals(0, Squares.of(matrices.values(zero.matrix())));
    assertEquals(1, zero.condition());
  }

  @Test
  void theOptimalCoreIsNoWorseThanAnyOther() {
    double[][] w = Squares.random(10, 8, 1, random);
    double[][] x = Squares.random(8, 25, 1, random);
    int[] columns = {6, 1, 4};
    int[] rows = {0, 9, 5};
    for (boolean weighted : new boolean[] {false, true}) {
      Matrix own = matrices.doubles(w);
      double[][] root = weighted ? root(x) : null;
      Matrix a = weighted ? matrices.doubles(Slow.product(w, root)) : own;
      Weighing matrix = new Weighing(own, a, ErrorMetric.WEIGHTS);
      double[][] best = product(new Cur(matrix, columns, rows, true, "").cut(3, matrices.scope));
      double[][] skeleton =
          product(new Cur(matrix, columns, rows, false, "").cut(3, matrices.scope));
      double[][] inputs = weighted ? x : null;
      double least = squares(w, best, inputs);
      assertTrue(least <= squares(w, skeleton, inputs));
      double[][] c = Slow.columns(w, columns);
      double[][] r = Slow.rows(w, rows);
      for (int draw = 0; draw < 20; draw++) {
        double[][] step = Slow.product(Slow.product(c, Squares.random(3, 3, 1e-3, random)), r);
        for (int i = 0; i < 10; i++) {
          for (int j = 0; j < 8; j++) {
            step[i][j] += best[i][j];
          }
        }
        assertTrue(least <= squares(w, step, inputs));
      }
    }
  }

  /** A root of X Xᵀ: its Cholesky factor. */
  private double[][] root(double[][] x) {
    Matrix gram = matrices.doubles(Slow.product(x, Slow.transpose(x)));
    assertTrue(matrices.device.lapack().cholesky(gram));
    return matrices.values(gram);
  }

  private double[][] product(Cut cut) {
    return Slow.product(
        Slow.transpose(matrices.values(cut.factors().up())),
        Slow.transpose(matrices.values(cut.factors().down())));
  }

  /** The numbers of other-families: the identity as W shows what becomes of the inputs. */
  @Test
  void nystromOfAWorkedExample() {
    double[][] gram = {{2, 1, 1}, {1, 2, 1}, {1, 1, 2}};
    Matrix root = matrices.doubles(gram);
    assertTrue(matrices.device.lapack().cholesky(root));
    double[][] x = matrices.values(root);
    double[][] w = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
    Factorization made = matrices.factorize("nystrom", w, x, 3, true);
    assertEquals(1.333333, made.points().get(1).squaredError(), 1e-6);
    Chain map = (Chain) made.fit(1, matrices.scope).map();
    int[] read = ((SelectedInputs) map.first()).columns().toInts();
    // After the first all others tell as much.
    int unread = 3 - read[0] - read[1];
    double[][] approximated = Slow.product(matrices.matrix(map), gram);
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 3; j++) {
        double expected = i == unread && j == unread ? 0.666667 : gram[i][j];
        assertEquals(expected, approximated[i][j], 1e-6);
      }
    }
    assertEquals(0, made.points().get(2).squaredError(), 1e-8);
    double[][] ofRank2 =
        Slow.product(Squares.random(5, 2, 1, random), Squares.random(2, 9, 1, random));
    double[][] wide = Squares.random(4, 5, 1, random);
    Factorization exact = matrices.factorize("nystrom", wide, ofRank2, 5, true);
    assertEquals(0, exact.points().get(1).squaredError(), 1e-7 * exact.points().energy());
  }

  /** From those inputs no map gives closer outputs. */
  @ParameterizedTest
  @ValueSource(strings = {"nystrom", "nystrom:select=uniform", "nystrom:select=leverage"})
  void landmarksArePredictedFromByLeastSquares(String method) {
    double[][] w = Squares.random(6, 9, 1, random);
    double[][] x = Squares.random(9, 40, 1, random);
    for (int count : new int[] {1, 4, 8}) {
      Chain map =
          (Chain)
              matrices.factorize(method, w, x, count, false).fit(count - 1, matrices.scope).map();
      int[] read = ((SelectedInputs) map.first()).columns().toInts();
      double[][] some = Slow.transpose(Slow.rows(x, read));
      double[][] outputs = Slow.product(w, x);
      double[][] best = Slow.transpose(Squares.fit(some, Slow.transpose(outputs)));
      double[][] own = Slow.transpose(matrices.values(map.second().dense()));
      assertEquals(0, Squares.of(best, own), 1e-14, method + " " + count);
      double least = Squares.of(outputs, Slow.product(best, Slow.rows(x, read)));
      assertEquals(least, squares(w, matrices.matrix(map), x), 1e-4 * least);
    }
  }

  /** The numbers of other-families: weights at five places, seen at three of them. */
  @Test
  void dictionariesOfAWorkedExample() {
    double[][] w = {{1, 0, 2, 0, 3}};
    int[] seen = {0, 2, 4};
    Matrix kernel = InputKernel.index(5, 1, matrices.scope);
    double[][] expected = {
      {1, 1.431173, 2, 2.622416, 3}, {0.999207, 1.430104, 1.998487, 2.620156, 2.997208}
    };
    for (int i = 0; i < 2; i++) {
      Dictionary dictionary =
          new Dictionary(matrices.doubles(w), kernel, seen, i * 1e-3, null, matrices.scope);
      double[][] predicted = product(dictionary.cut(3, matrices.scope));
      assertArrayEquals(expected[i], predicted[0], 1e-6);
    }
    int[] all = {0, 1, 2, 3, 4};
    Dictionary whole = new Dictionary(matrices.doubles(w), kernel, all, 0, null, matrices.scope);
    assertArrayEquals(w[0], product(whole.cut(5, matrices.scope))[0], 1e-10);
  }

  /** Fitted values are no further than observed ones, and no ridge changes what they span. */
  @Test
  void fittedValuesAreCloserThanObservedOnes() {
    double[][] w = Squares.random(7, 10, 1, random);
    double[][] x = Squares.random(10, 50, 1, random);
    for (String kernel : new String[] {"covariance", "weights", "index"}) {
      for (int seed = 0; seed < 5; seed++) {
        String method = "denil:kernel=" + kernel + ":seed=" + seed;
        for (int count : new int[] {1, 3, 6}) {
          double observed = squares(w, matrices.product(method, w, x, count), null);
          double[][] fitted = matrices.product(method + ":values=ls", w, x, count);
          double[][] data = matrices.product(method + ":values=data", w, x, count);
          double least = squares(w, fitted, null);
          assertTrue(least <= observed * (1 + 1e-9), method);
          assertTrue(squares(w, data, x) <= squares(w, fitted, x) * (1 + 1e-9), method);
          double[][] other = matrices.product(method + ":values=ls:lambda=0.1", w, x, count);
          assertEquals(0, Squares.of(fitted, other), 1e-10, method);
        }
      }
    }
  }

  @Test
  void aDictionaryOfTheWeightsIsTheInterpolationOfColumns() {
    for (double[][] w :
        List.of(Squares.random(9, 7, 1, random), Squares.random(5, 12, 1, random))) {
      for (int count : new int[] {1, 3, 5}) {
        double[][] denil =
            matrices.product("denil:kernel=weights:choice=qr:lambda=0", w, null, count);
        double[][] rrqr = matrices.product("rrqr", w, null, count);
        assertEquals(0, Squares.of(rrqr, denil), 1e-16);
      }
    }
  }

  @Test
  void bothWaysOfCountingADictionaryAreTold() {
    double[][] w = Squares.random(6, 5, 1, random);
    Fit fit = matrices.factorize("denil:kernel=index", w, null, 2, false).fit(1, matrices.scope);
    assertEquals(
        "22 numbers as two factors, 14 if the dictionary is made anew from the kernel",
        fit.diagnostics().note());
  }

  @Test
  void whatIsNoNumberIsRefused() {
    for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      double[][] w = Squares.random(4, 3, 1, random);
      w[2][1] = bad;
      double[][] x = Squares.random(3, 9, 1, random);
      for (String method : List.of("rrqr", "rrqr:side=rows", "cur", "cur:select=greedy")) {
        assertThrows(ArithmeticException.class, () -> matrices.product(method, w, x, 2), method);
      }
    }
  }

  @Test
  void optionsThatChangeNothingAreRefused() {
    for (String wrong :
        List.of(
            "rrqr:side=diagonal",
            "rrqr:tokens=reached",
            "rrqr:statistics=sequential",
            "cur:select=best",
            "cur:tokens=reached",
            "nystrom:seed=2",
            "nystrom:select=leverage:seed=2",
            "denil:sigma=2",
            "denil:lambda=-1",
            "denil:choice=qr:seed=1",
            "denil:kernel=index:tokens=reached")) {
      assertThrows(InputException.class, () -> MethodSpec.parse(wrong), wrong);
    }
    for (String right :
        List.of(
            "rrqr:weighted=true:tokens=reached",
            "rrqr:weighted=true:statistics=sequential",
            "rrqr:bias=compensate:tokens=reached",
            "denil:statistics=sequential",
            "denil:kernel=index:sigma=3:values=data:tokens=reached")) {
      MethodSpec.parse(right);
    }
  }
}
