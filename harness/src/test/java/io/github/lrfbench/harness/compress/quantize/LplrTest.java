package io.github.lrfbench.harness.compress.quantize;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.DeviceCase;
import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.budget.Point;
import io.github.lrfbench.harness.compress.quantize.CodeGrid.Zero;
import io.github.lrfbench.harness.compress.quantize.CodedMatrix.Coding;
import io.github.lrfbench.harness.compress.spi.FactorRequest;
import io.github.lrfbench.harness.compress.spi.FactorRequest.Target;
import io.github.lrfbench.harness.compress.spi.Factorization;
import io.github.lrfbench.harness.compress.spi.Factorization.Fit;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.compress.spi.MethodSpec;
import io.github.lrfbench.harness.linear.Chain;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LplrTest extends DeviceCase {
  private static final Coding AS_IT_IS =
      (x, scope) -> new CodedMatrix(null, Matrices.toDouble(x, scope));

  private final SplittableRandom random = new SplittableRandom(5);

  private static Coding coding(int bits) {
    CodeGrid grid = new CodeGrid(bits, CodeGrid.MATRIX, Zero.CENTRED, false);
    return (x, scope) -> CodedMatrix.of(Codes.nearest(x, grid, "w"), scope);
  }

  private Matrix matrix(double[][] rows) {
    double[] all = Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
    return Matrix.of(scope.doubles(all, rows.length, rows[0].length));
  }

  private Matrix gaussian(int rows, int cols) {
    double[] all = new double[rows * cols];
    Arrays.setAll(all, i -> random.nextGaussian());
    return Matrix.of(scope.doubles(all, rows, cols));
  }

  /** Singular values that fall like 1 / i, more or less. */
  private Matrix falling(int rows, int cols) {
    int size = Math.min(rows, cols);
    Matrix left = gaussian(rows, size);
    Matrix right = gaussian(size, cols);
    double[] factors = new double[size];
    Arrays.setAll(factors, i -> 1.0 / (1 + i));
    device.blas().scaleRows(right, factors);
    return Matrices.product(false, left, false, right, scope);
  }

  private double relative(CodedFactors factors, Matrix w) {
    double error = device.blas().squaredNorm(factors.subtractedFrom(w, scope));
    return Math.sqrt(error / device.blas().squaredNorm(w));
  }

  /** The worked example of the specification. */
  @ParameterizedTest
  @CsvSource({"2, 0.316228, 0.537484", "4, 0.045175, 0.091879", "8, 0.001556, 0.004489"})
  void theSecondFactorMakesUpForTheFirst(int bits, double ofOne, double ofBoth) {
    Matrix a = matrix(new double[][] {{4, 2, 2}, {2, 1, 1}, {0, 3, 1}});
    double s = Math.sqrt(0.5);
    Matrix sketch = matrix(new double[][] {{s, 0, s}, {0, s, s}});
    Lplr exact = Lplr.ofColumns(a, coding(bits), AS_IT_IS);
    double[] basis = {6 * s, 4 * s, 3 * s, 2 * s, s, 4 * s};
    assertArrayEquals(basis, exact.sketch(sketch, 0, scope).data().toDoubles(), 1e-12);
    // 4 lies between two points of these grids: towards the one that the example takes.
    double nudge = bits == 8 ? 1e-6 : -1e-6;
    basis[1] += nudge;
    basis[5] += nudge;
    Matrix y = Matrix.of(scope.doubles(basis, 3, 2));
    assertEquals(ofOne, relative(exact.beside(y, scope), a), 1e-6);
    Lplr coded = Lplr.ofColumns(a, coding(bits), coding(bits));
    assertEquals(ofBoth, relative(coded.beside(y, scope), a), 1e-6);
    // Of the transpose, turned.
    Matrix turned = Matrices.transpose(a, scope);
    Lplr rows = Lplr.ofRows(turned, coding(bits), coding(bits), scope);
    CodedFactors factors = rows.beside(y, scope);
    assertEquals(ofBoth, relative(factors, turned), 1e-6);
    assertEquals(2, factors.left().value().cols());
  }

  @ParameterizedTest
  @CsvSource({"7, 5, 0", "5, 9, 0", "6, 6, 2", "40, 30, 10"})
  void withoutCodesTheRankIsAllThatCounts(int rows, int cols, int power) {
    Matrix w = Matrices.product(false, gaussian(rows, 3), false, gaussian(3, cols), scope);
    for (Lplr lplr :
        List.of(Lplr.ofColumns(w, AS_IT_IS, AS_IT_IS), Lplr.ofRows(w, AS_IT_IS, AS_IT_IS, scope))) {
      Matrix basis = lplr.sketch(gaussian(3, lplr.a().cols()), power, scope);
      double error = relative(lplr.beside(basis, scope), w);
      assertTrue(error < 1e-10, "" + error);
    }
  }

  @ParameterizedTest
  @CsvSource({"8, 5, 3, 4", "30, 40, 30, 2", "12, 7, 1, 1"})
  void nothingIsLeftInTheDirectionsOfTheFirst(int rows, int cols, int rank, int bits) {
    Matrix w = falling(rows, cols);
    Lplr lplr = Lplr.ofColumns(w, coding(bits), AS_IT_IS);
    CodedFactors made = lplr.beside(lplr.sketch(gaussian(rank, cols), 0, scope), scope);
    Matrix left = made.subtractedFrom(w, scope);
    Matrix inside = Matrices.product(true, made.left().value(), false, left, scope);
    for (double element : inside.data().toDoubles()) {
      assertEquals(0, element, 1e-9);
    }
  }

  /** At one bit columns become equal. */
  @Test
  void collapsedColumnsAreNoFault() {
    Matrix left = matrix(new double[][] {{1, 1, -1}, {-1, -1, 1}, {1, 1, 1}, {0, 0, 0}});
    Matrix a = gaussian(4, 5);
    Matrix right = RightFactor.of(left, a, scope);
    Matrix difference = Matrices.toDouble(a, scope);
    device.blas().gemm(false, false, -1, left, right, 1, difference);
    for (double element :
        Matrices.product(true, left, false, difference, scope).data().toDoubles()) {
      assertEquals(0, element, 1e-12);
    }
    // The shortest of all solutions: equal columns share.
    double[] elements = right.data().toDoubles();
    assertArrayEquals(Arrays.copyOf(elements, 5), Arrays.copyOfRange(elements, 5, 10), 1e-12);
    Matrix none = RightFactor.of(matrix(new double[4][2]), a, scope);
    assertArrayEquals(new double[10], none.data().toDoubles());
  }

  /**
   * E ‖L R − A‖² ≤ (1 + k / (m − k − 1)) ‖A_k − A‖², m columns being drawn, for every k below m −
   * 1; codes of 8 bits add little to it.
   */
  @Test
  void theErrorIsWithinTheBoundOfTheory() {
    int rows = 30;
    int cols = 24;
    int drawn = 10;
    Matrix w = falling(rows, cols);
    Tensor values = scope.allocate(DType.F64, cols);
    device.lapack().singularValues(Matrices.toDouble(w, scope), values);
    double[] tails = new double[cols + 1];
    for (int i = cols - 1; i >= 0; i--) {
      tails[i] = tails[i + 1] + Math.pow(values.toDoubles()[i], 2);
    }
    double exact = 0;
    double coded = 0;
    int draws = 40;
    for (int i = 0; i < draws; i++) {
      Matrix s = gaussian(drawn, cols);
      Lplr lplr = Lplr.ofColumns(w, AS_IT_IS, AS_IT_IS);
      exact += Math.pow(relative(lplr.beside(lplr.sketch(s, 0, scope), scope), w), 2) / draws;
      Lplr codes = Lplr.ofColumns(w, coding(8), coding(8));
      coded += Math.pow(relative(codes.beside(codes.sketch(s, 0, scope), scope), w), 2) / draws;
    }
    for (int k = 1; k < drawn - 1; k++) {
      double bound = (1 + k / (drawn - k - 1.0)) * tails[k] / tails[0];
      assertTrue(exact <= 1.05 * bound, exact + " at " + k + " of " + bound);
    }
    assertTrue(exact >= tails[drawn] / tails[0]);
    assertEquals(exact, coded, 0.02 * exact + 1e-4);
  }

  private Factorization factorize(String method, Matrix w, int rank, boolean errors) {
    MethodSpec spec = MethodSpec.parse(method);
    Matrix weight = Matrices.copy(Matrices.transpose(w, scope), DType.F32, scope);
    LinearSlot slot = new LinearSlot("w", 0, "query", new DenseLinear(weight, null));
    return new LplrCompressor()
        .factorize(
            new FactorRequest(
                List.of(new Target(slot, rank - 1, errors)),
                spec.options().withSeed(0),
                null,
                scope))
        .get(0);
  }

  private double squaredError(Linear map, Matrix w) {
    Tensor written = scope.allocate(DType.F32, w.rows(), w.cols());
    map.materialize(device, Matrix.of(written));
    double[] expected = w.data().toDoubles();
    double[] actual = written.toDoubles();
    double sum = 0;
    for (int i = 0; i < expected.length; i++) {
      sum += Math.pow((float) expected[i] - actual[i], 2);
    }
    return sum;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "lplr",
        "lplr:bits=4",
        "lplr:bits=3:right-bits=5:rounding=dither:seed=7",
        "lplr:bits=1:zero=centred",
        "lplr:bits=2:group=row:zero=symmetric",
        "lplr:bits=4:group=2:zero=asymmetric:power=2",
        "lplr:bits=5:range=search:rescale=true",
        "lplr:variant=lsvd:bits=6",
        "lplr:variant=lsvd:bits=2:rounding=dither",
        "lplr:variant=dsvd:bits=7:group=row",
        "lplr:variant=dsvd:bits=1:rescale=true"
      })
  void whatIsStoredIsWhatIsCounted(String method) {
    for (int[] s : new int[][] {{9, 14, 4}, {14, 9, 9}, {1, 6, 1}, {5, 1, 1}, {7, 7, 3}}) {
      Matrix w = falling(s[0], s[1]);
      Factorization made = factorize(method, w, s[2], false);
      Fit fit = made.fit(s[2] - 1, scope);
      Point point = made.points().get(s[2] - 1);
      Chain map = (Chain) fit.map();
      assertEquals(point.bits(), map.bits());
      assertEquals(point.numbers(), map.parameters());
      assertEquals(s[2], point.rank());
      assertEquals(s[2], map.first().outputs());
      double error = Math.sqrt(squaredError(map, w));
      double size = Math.sqrt(device.blas().squaredNorm(w));
      assertEquals(error, fit.diagnostics().predictedError(), 1e-5 * size);
      double least = error;
      for (String side : List.of("columns", "rows")) {
        Fit one = factorize(method + ":side=" + side, w, s[2], false).fit(s[2] - 1, scope);
        least = Math.min(least, Math.sqrt(squaredError(one.map(), w)));
      }
      assertEquals(least, error, 1e-5 * size, method + " takes the better side");
    }
  }

  private double error(String method, Matrix w, int rank) {
    return Math.sqrt(
        squaredError(factorize(method, w, rank, false).fit(rank - 1, scope).map(), w)
            / device.blas().squaredNorm(w));
  }

  @Test
  void moreBitsPowersAndAFittedScaleLoseLess() {
    Matrix w = falling(40, 30);
    double last = 1;
    for (int bits : new int[] {2, 4, 6, 8}) {
      double error = error("lplr:power=1:bits=" + bits, w, 6);
      assertTrue(error < last, bits + ": " + error + " after " + last);
      last = error;
    }
    assertTrue(error("lplr:power=2", w, 6) < error("lplr", w, 6));
    Tensor values = scope.allocate(DType.F64, 30);
    device.lapack().singularValues(Matrices.toDouble(w, scope), values);
    double[] dropped = Arrays.stream(values.toDoubles()).skip(6).map(v -> v * v).toArray();
    double best = Math.sqrt(Arrays.stream(dropped).sum() / device.blas().squaredNorm(w));
    assertTrue(error("lplr:variant=lsvd", w, 6) < 1.05 * best);
    assertTrue(error("lplr:variant=dsvd:group=row", w, 6) < 1.05 * best);
    for (String method : List.of("lplr:bits=2", "lplr:variant=dsvd:bits=2")) {
      assertTrue(error(method + ":rescale=true", w, 6) <= error(method, w, 6), method);
    }
  }

  @Test
  void seedsTellDrawsApart() {
    Matrix w = falling(12, 12);
    for (String method : List.of("lplr", "lplr:variant=dsvd:bits=3:rounding=dither")) {
      assertEquals(error(method, w, 4), error(method + ":seed=0", w, 4));
      assertFalse(error(method, w, 4) == error(method + ":seed=1", w, 4), method);
    }
  }

  /** Those of the largest rank and of halves of it are measured, also of ranks between. */
  @Test
  void errorsOfAllRanksAreKnown() {
    Matrix w = falling(20, 13);
    Factorization made = factorize("lplr:power=1:side=rows", w, 13, true);
    OperatingPoints points = made.points();
    assertEquals(13, points.count());
    assertEquals(device.blas().squaredNorm(w), points.energy(), 1e-5 * points.energy());
    for (int rank : new int[] {1, 3, 6, 13}) {
      double measured = squaredError(made.fit(rank - 1, scope).map(), w);
      assertEquals(measured, points.get(rank - 1).squaredError(), 1e-5 * points.energy());
    }
    for (int rank : new int[] {2, 5, 9}) {
      double told = points.get(rank - 1).squaredError();
      assertTrue(told < points.get(rank - 2).squaredError(), told + " at " + rank);
    }
  }

  /** Sizes of the paper, whose budgets leave the scales out: 128 bits more. */
  @ParameterizedTest
  @CsvSource({
    "768, 768, 8, 384",
    "768, 768, 4, 192",
    "768, 768, 1, 48",
    "3072, 768, 8, 614",
    "3072, 768, 4, 307",
    "3072, 768, 1, 76"
  })
  void aBudgetBuysASketchOfASize(int rows, int cols, int bits, int size) {
    OperatingPoints points =
        new LplrCompressor().points(rows, cols, MethodSpec.parse("lplr").options());
    double scales = 128.0 / ((double) rows * cols);
    assertEquals(size - 1, new Budget.Bits(bits + scales).choose(points));
    assertEquals(8L * size * (rows + cols) + 128, points.get(size - 1).bits());
    long exact = 8L * size * (rows + cols);
    boolean whole = exact == (long) bits * rows * cols;
    assertEquals(whole ? size - 2 : size - 1, new Budget.Bits(bits).choose(points));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "lplr:variant=lsvd:power=1; --method lplr: power is for variant=lplr",
        "lplr:variant=dsvd:seed=1; --method lplr: seed is for variant=lplr and rounding=dither",
        "lplr:bits=1:zero=symmetric; codes of 1 bit leave zero=symmetric one number, 0",
      })
  void whatChangesNothingIsRefused(String method, String message) {
    InputException refused = assertThrows(InputException.class, () -> MethodSpec.parse(method));
    assertTrue(refused.getMessage().startsWith(message), refused.getMessage());
  }
}
