package io.github.lrfbench.harness.compress.quantize;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.DeviceCase;
import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.budget.Point;
import io.github.lrfbench.harness.calibrate.ActivationMoments;
import io.github.lrfbench.harness.calibrate.InputMoments;
import io.github.lrfbench.harness.compress.lowrank.MatrixCase;
import io.github.lrfbench.harness.compress.quantize.CodeGrid.Zero;
import io.github.lrfbench.harness.compress.quantize.CodedMatrix.Coding;
import io.github.lrfbench.harness.compress.spi.FactorRequest;
import io.github.lrfbench.harness.compress.spi.FactorRequest.Target;
import io.github.lrfbench.harness.compress.spi.Factorization;
import io.github.lrfbench.harness.compress.spi.Factorization.Fit;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.compress.spi.MethodSpec;
import io.github.lrfbench.harness.compress.spi.SlotMatrix;
import io.github.lrfbench.harness.compress.spi.SlotStatistics;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.Sum;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CalderaTest extends DeviceCase {
  /** The worked example of the specification. */
  private static final double[][] W = {{2, -1, 0}, {1, 3, -2}, {0, 1, 4}, {-1, 2, 1}};

  private static final double[][] X = {
    {1, 2, -1, 0, 3, 1}, {4, 0, 2, -3, 1, 5}, {0, 1, 1, 2, -1, 0}
  };

  private static final Coding AS_IT_IS =
      (x, scope) -> new CodedMatrix(null, Matrices.toDouble(x, scope));

  /** Q = 0. */
  private static final Coding NOTHING =
      (q, owner) -> new CodedMatrix(null, Matrix.of(owner.zeros(DType.F64, q.rows(), q.cols())));

  private final SplittableRandom random = new SplittableRandom(8);
  private ActivationMoments moments;

  @AfterEach
  void closeMoments() {
    if (moments != null) {
      moments.close();
    }
  }

  private LinearSlot slot(double[][] w) {
    Matrix rows = matrix(w);
    Matrix weight = Matrices.copy(Matrices.transpose(rows, scope), DType.F32, scope);
    return new LinearSlot("w", 0, "query", new DenseLinear(weight, null));
  }

  private Matrix matrix(double[][] rows) {
    double[] all = Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
    return Matrix.of(scope.doubles(all, rows.length, rows[0].length));
  }

  private void collect(double[][] x) {
    closeMoments();
    moments = InputMoments.of("w", x, scope);
  }

  private double[][] random(int rows, int cols) {
    double[][] made = new double[rows][cols];
    for (double[] row : made) {
      double common = random.nextGaussian();
      Arrays.setAll(row, j -> (float) (random.nextGaussian() + (j % 3) * common));
    }
    return made;
  }

  private Factorization factorize(String method, double[][] w, int rank, boolean errors) {
    MethodSpec spec = MethodSpec.parse(method);
    return new CalderaCompressor()
        .factorize(
            new FactorRequest(
                List.of(new Target(slot(w), rank - 1, errors)),
                spec.options(),
                new SlotStatistics(null, moments),
                scope))
        .get(0);
  }

  /** ‖(W − Ŵ) X‖², number by number. */
  private double squaredError(double[][] w, Linear map, double[][] x) {
    Tensor written = scope.allocate(DType.F32, w.length, w[0].length);
    map.materialize(device, Matrix.of(written));
    return squaredError(w, written.toDoubles(), x);
  }

  private static double squaredError(double[][] w, double[] now, double[][] x) {
    double sum = 0;
    for (int i = 0; i < w.length; i++) {
      for (int t = 0; t < x[0].length; t++) {
        double output = 0;
        for (int j = 0; j < x.length; j++) {
          output += (w[i][j] - now[i * x.length + j]) * x[j][t];
        }
        sum += output * output;
      }
    }
    return sum;
  }

  private double error(String method, double[][] w, int rank, double[][] x) {
    return squaredError(w, factorize(method, w, rank, false).fit(rank - 1, scope).map(), x);
  }

  @ParameterizedTest
  @CsvSource({"1, 136.994781", "2, 117.319574", "3, 115.589395", "6, 115.589395"})
  void theWorkedExample(int steps, double expected) {
    collect(X);
    String method =
        "caldera:bits=2:group=matrix:zero=symmetric:coding=nearest:factor-zero=symmetric:fits=0:steps=";
    assertEquals(expected, error(method + steps, W, 1, X), 1e-4 * expected);
  }

  @ParameterizedTest
  @CsvSource({"2, 388", "3, 43.111111", "4, 7.918367"})
  void codesAloneInTheWorkedExample(int bits, double expected) {
    CodeGrid grid = new CodeGrid(bits, CodeGrid.MATRIX, Zero.SYMMETRIC, false);
    // 2 lies between two points of the grids, of which the example takes the even one.
    double[][] w = Arrays.stream(W).map(double[]::clone).toArray(double[][]::new);
    w[0][0] += bits == 2 ? 0 : 1e-6;
    w[1][2] -= bits == 2 ? 0 : 1e-6;
    w[3][1] += bits == 2 ? 0 : 1e-6;
    Linear codes = Codes.nearest(matrix(w), grid, "w").map(scope);
    assertEquals(expected, squaredError(W, codes, X), 1e-5 * expected);
  }

  /** Without codes, Q being 0, it is drone; also where there are fewer tokens than inputs. */
  @ParameterizedTest
  @CsvSource({
    "9, 6, 40, 2, 0",
    "6, 9, 40, 3, 3",
    "7, 7, 30, 7, 1",
    "8, 12, 5, 2, 0",
    "1, 4, 9, 1, 2"
  })
  void withoutCodesItIsDrone(int rows, int cols, int tokens, int rank, int fits) {
    double[][] w = random(rows, cols);
    double[][] x = random(cols, tokens);
    collect(x);
    LinearSlot slot = slot(w);
    Caldera caldera = new Caldera(slot, moments.of("w"), NOTHING, AS_IT_IS, AS_IT_IS, 1, fits);
    CodedSum sum = caldera.run(matrix(w), rank, scope);
    Matrix product =
        Matrices.product(
            false, sum.factors().left().value(), false, sum.factors().right().value(), scope);
    MatrixCase drone =
        MatrixCase.of(scope, SlotMatrix.of(slot, scope).data().toFloats(), rows, cols);
    MatrixCase fed = drone.with(x);
    double[] expected =
        Arrays.stream(fed.product("drone", rank)).flatMapToDouble(Arrays::stream).toArray();
    fed.closeMoments();
    double[] actual = product.data().toDoubles();
    double size = Math.sqrt(device.blas().squaredNorm(product));
    for (int i = 0; i < actual.length; i++) {
      assertEquals(expected[i], actual[i], 1e-5 * size);
    }
    double measured = squaredError(w, actual, x);
    double scale = squaredError(w, new double[actual.length], x);
    assertEquals(measured, sum.squaredError(), 1e-9 * scale);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "caldera",
        "caldera:bits=1:zero=free:group=row:steps=3",
        "caldera:bits=3:group=5:factor-bits=8:factor-group=row:fits=1",
        "caldera:bits=2:order=natural:damping=0.1:factor-right-bits=2:factor-zero=centred",
        "caldera:bits=4:coding=nearest:group=matrix:range=search:factor-range=search:steps=2"
      })
  void whatIsStoredIsWhatIsCounted(String method) {
    for (int[] s : new int[][] {{9, 14, 4}, {14, 9, 9}, {1, 6, 1}, {5, 1, 1}}) {
      double[][] w = random(s[0], s[1]);
      double[][] x = random(s[1], 25);
      collect(x);
      Factorization made = factorize(method, w, s[2], false);
      Fit fit = made.fit(s[2] - 1, scope);
      Point point = made.points().get(s[2] - 1);
      Sum map = (Sum) fit.map();
      assertEquals(point.bits(), map.bits());
      assertEquals(point.numbers(), map.parameters());
      assertEquals(s[2], point.rank());
      double error = squaredError(w, map, x);
      double size = squaredError(w, new double[s[0] * s[1]], x);
      assertEquals(error, Math.pow(fit.diagnostics().predictedError(), 2), 1e-5 * size);
    }
  }

  @Test
  void factorsAndStepsLoseLess() {
    double[][] w = random(24, 20);
    double[][] x = random(20, 60);
    collect(x);
    CodeGrid grid = new CodeGrid(2, CodeGrid.ROW, Zero.ASYMMETRIC, false);
    Gptq gptq = Gptq.of("w", matrix(w), moments.of("w").gram(), true, 0.01, scope);
    double alone = squaredError(w, gptq.round(grid).map(scope), x);
    String method = "caldera:group=row:factor-bits=8";
    double two = error(method, w, 2, x);
    double six = error(method, w, 6, x);
    assertTrue(two < alone && six < two, alone + ", " + two + ", " + six);
    assertTrue(six <= error(method + ":steps=1", w, 6, x));
  }

  /** Where Q is 0, nothing but the factors counts. */
  @Test
  void factorsThatAreFittedToEachOthersCodesLoseLess() {
    double[][] w = random(24, 20);
    collect(random(20, 60));
    CodeGrid grid = new CodeGrid(3, CodeGrid.MATRIX, Zero.FREE, false);
    Coding coarse = (f, owner) -> CodedMatrix.of(Codes.nearest(f, grid, "w"), owner);
    double last = Double.POSITIVE_INFINITY;
    for (int fits : new int[] {0, 5}) {
      Caldera caldera = new Caldera(slot(w), moments.of("w"), NOTHING, coarse, coarse, 1, fits);
      double error = caldera.run(matrix(w), 6, scope).squaredError();
      assertTrue(error < 0.97 * last, error + " after " + last);
      last = error;
    }
  }

  @Test
  void errorsOfAllRanksAreKnown() {
    double[][] w = random(12, 10);
    double[][] x = random(10, 40);
    collect(x);
    Factorization made = factorize("caldera:steps=3:group=row", w, 10, true);
    OperatingPoints points = made.points();
    assertEquals(10, points.count());
    double energy = squaredError(w, new double[120], x);
    assertEquals(energy, points.energy(), 1e-6 * energy);
    for (int rank : new int[] {1, 2, 5, 10}) {
      double measured = squaredError(w, made.fit(rank - 1, scope).map(), x);
      assertEquals(measured, points.get(rank - 1).squaredError(), 1e-5 * energy);
    }
  }

  /** Codes of 2 bits with 32 + 32 for 128 inputs, and 4 bits for r (m + n), and 128 for scales. */
  @Test
  void theBudgetCountsAll() {
    OperatingPoints points =
        new CalderaCompressor().points(384, 384, MethodSpec.parse("caldera").options());
    long rest = 2L * 384 * 384 + 384 * 3 * 64;
    assertEquals(rest + 4 * 40 * 768 + 128, points.get(39).bits());
    assertEquals(384 * 384 + 40 * 768, points.get(39).numbers());
    double allowed = points.get(39).bits() / (384.0 * 384);
    assertEquals(39, new Budget.Bits(allowed).choose(points));
    assertEquals(38, new Budget.Bits(allowed - 1e-6).choose(points));
    assertEquals(15, new Budget.Rank(16).choose(points));
  }

  @Test
  void sharesOfNumbersSayNothing() {
    MethodSpec spec = MethodSpec.parse("caldera");
    InputException refused =
        assertThrows(
            InputException.class,
            () -> spec.compressor().check(new Budget.Keep(0.5), spec.options()));
    assertEquals(
        "--method caldera keeps every number: --keep says nothing of it; give --bits or --rank",
        refused.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "caldera:coding=nearest:damping=0.5; --method caldera: damping is for coding=gptq",
        "caldera:coding=nearest:order=natural; --method caldera: order is for coding=gptq",
        "caldera:bits=1:zero=symmetric; codes of 1 bit leave zero=symmetric one number",
        "caldera:factor-bits=1:factor-zero=symmetric; codes of 1 bit leave zero=symmetric one number",
      })
  void whatDoesNotGoTogetherIsRefused(String method, String message) {
    InputException refused = assertThrows(InputException.class, () -> MethodSpec.parse(method));
    assertTrue(refused.getMessage().startsWith(message), refused.getMessage());
  }
}
