package io.github.lrfbench.harness.compress.lowrank.elementwise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.compress.lowrank.elementwise.Optimizer.Solution;
import io.github.lrfbench.harness.compress.spi.MethodSpec;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code wlra} and {@code tfwsvd} do where no optimizer is named. */
class QuasiNewtonTest {
  private static final int SWEEPS = 500;

  /** Of an objective whose least value is zero. */
  private static final double ROUNDING = 1e-20;

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

  private static List<Optimizer> standards() {
    return List.of(
        WlraCompressor.optimizer(MethodSpec.parse("wlra").options()),
        TfwsvdCompressor.optimizer(MethodSpec.parse("tfwsvd").options()));
  }

  private WeightedProblem problem(double[] w, double[] h, int rows, int cols) {
    return WeightedProblem.of(Matrix.of(scope.doubles(w, rows, cols)), h, scope);
  }

  /** The better of SVD and FWSVD. */
  private Factors start(WeightedProblem problem, int rank) {
    Factors plain = Starts.plain(problem, rank, scope);
    Factors byColumns = Starts.byColumns(problem, rank, scope);
    return problem.objective(plain) < problem.objective(byColumns) ? plain : byColumns;
  }

  private static double[] gaussian(SplittableRandom random, int size) {
    double[] values = new double[size];
    Arrays.setAll(values, i -> random.nextGaussian());
    return values;
  }

  /**
   * Weights like Fisher information: products of a row's, a column's and an element's own, each
   * with a heavy tail, a part of them zero.
   */
  private static double[] weights(
      SplittableRandom random, int rows, int cols, double tail, double zeros) {
    double[] ofRows = gaussian(random, rows);
    double[] ofCols = gaussian(random, cols);
    double[] h = gaussian(random, rows * cols);
    for (int i = 0; i < h.length; i++) {
      double exponent = tail * (ofRows[i / cols] + ofCols[i % cols] + h[i]);
      h[i] = random.nextDouble() < zeros ? 0 : Math.exp(exponent);
    }
    double largest = Arrays.stream(h).max().orElseThrow();
    return Arrays.stream(h).map(x -> x / largest).toArray();
  }

  /** There are local minima: a problem alone may end in one that is higher, or lower. */
  @ParameterizedTest
  @CsvSource({
    "24, 24, 6, 0.7, 0",
    "24, 60, 8, 1,   0",
    "60, 24, 8, 1,   0",
    "33, 47, 5, 1,   0.1",
    "40, 29, 4, 0.5, 0.2",
    "1,  17, 1, 1,   0",
    "13, 1,  1, 1,   0.3"
  })
  void endsWhereLongAlternatingLeastSquaresDo(
      int rows, int cols, int rank, double tail, double zeros) {
    for (Optimizer optimizer : standards()) {
      SplittableRandom random = new SplittableRandom(7);
      double together = 0;
      double reachable = 0;
      for (int instance = 0; instance < 4; instance++) {
        double[] w = gaussian(random, rows * cols);
        double[] h = weights(random, rows, cols, tail, zeros);
        WeightedProblem problem = problem(w, h, rows, cols);
        Factors start = start(problem, rank);
        double[] u = start.u().data().toDoubles();
        double[] v = start.v().data().toDoubles();
        double lowest = LongRun.objective(w, h, rows, cols, u, v, SWEEPS);
        Solution solution = optimizer.improve(problem, start, scope);
        double reached = problem.objective(solution.factors());
        assertEquals(solution.objective(), reached, 1e-9 * reached + ROUNDING);
        assertTrue(reached <= problem.objective(start) + ROUNDING);
        assertTrue(reached <= 1.04 * lowest + ROUNDING, reached + " for " + lowest);
        together += reached;
        reachable += lowest;
      }
      assertTrue(together <= 1.02 * reachable + ROUNDING, together + " for " + reachable);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-15, 1, 1e15})
  void neverGoesUpWhateverTheScale(double scale) {
    SplittableRandom random = new SplittableRandom(3);
    double[] w = Arrays.stream(gaussian(random, 20 * 31)).map(x -> scale * x).toArray();
    WeightedProblem problem = problem(w, weights(random, 20, 31, 1.5, 0.3), 20, 31);
    Factors start = start(problem, 4);
    Solution solution = new QuasiNewton(new Effort(100, -1)).improve(problem, start, scope);
    List<Double> trace = solution.trace();
    assertTrue(trace.get(0) <= problem.objective(start));
    for (int i = 1; i < trace.size(); i++) {
      assertTrue(trace.get(i) <= trace.get(i - 1) * (1 + 1e-12), trace.toString());
    }
    assertTrue(trace.get(trace.size() - 1) < 0.9 * trace.get(0), trace.toString());
  }

  /** Nothing is left to improve, or nothing there, or rows and columns have no weight. */
  @Test
  void degenerateProblemsGiveNumbers() {
    double[] ofRankOne = {1, 2, 3, 2, 4, 6, 3, 6, 9};
    double[] h = {0, 0, 0, 1, 0, 2, 1, 0, 1};
    double[] ones = new double[9];
    Arrays.fill(ones, 1);
    for (double[] w : List.of(ofRankOne, new double[9], ones)) {
      for (double[] weights : List.of(h, ones, new double[9])) {
        for (int rank = 1; rank <= 3; rank++) {
          WeightedProblem problem = problem(w, weights, 3, 3);
          Solution solution =
              new QuasiNewton(new Effort(20, -1)).improve(problem, start(problem, rank), scope);
          assertEquals(0, solution.objective(), 1e-18);
          assertTrue(Double.isFinite(device.blas().squaredNorm(solution.factors().u())));
          assertTrue(Double.isFinite(device.blas().squaredNorm(solution.factors().v())));
        }
      }
    }
    WeightedProblem tiny = problem(new double[] {-3}, new double[] {0.5}, 1, 1);
    Factors zero =
        new Factors(
            Matrix.of(scope.zeros(DType.F64, 1, 1)), Matrix.of(scope.zeros(DType.F64, 1, 1)));
    assertEquals(0, QuasiNewton.of(0).improve(tiny, zero, scope).objective(), 1e-18);
  }

  @Test
  void whatIsNoNumberIsRefused() {
    double[] w = {1, 2, Double.NaN, 4};
    WeightedProblem problem = problem(w, new double[] {1, 1, 0.5, 1}, 2, 2);
    Factors start = Factors.allocate(scope, 2, 2, 1);
    assertThrows(ArithmeticException.class, () -> QuasiNewton.of(0).improve(problem, start, scope));
  }

  @Test
  void theLineSearchFindsTheFirstMinimum() {
    assertEquals(0.5, LineSearch.firstRoot(-1, 2, 0, 0), 1e-15);
    // (t - 1e-3) (t - 2) (t - 3)
    assertEquals(1e-3, LineSearch.firstRoot(-6e-3, 6.005, -5.001, 1), 1e-15);
    assertEquals(1e6, LineSearch.firstRoot(-1, 1e-6, 0, 0), 1e-6);
    assertEquals(0, LineSearch.firstRoot(0, 1, 1, 1));
    assertEquals(0, LineSearch.firstRoot(Double.NaN, 1, 1, 1));
  }
}
