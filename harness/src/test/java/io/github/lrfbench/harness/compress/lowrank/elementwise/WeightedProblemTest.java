package io.github.lrfbench.harness.compress.lowrank.elementwise;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.compress.lowrank.elementwise.ExpectationMaximization.Acceleration;
import io.github.lrfbench.harness.compress.lowrank.elementwise.Optimizer.Solution;
import io.github.lrfbench.harness.compress.lowrank.elementwise.RowSolver.Damping;
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

class WeightedProblemTest {
  /** The worked example: W and the Fisher information of two examples, [4, 3]. */
  private static final double[] W = {2, -1, 0, 1, 3, -2, 0, 1, 4, -1, 2, 1};

  private static final double[] H = {.2, .2, 1, .8, .2, 0, .2, .2, .2, .2, 0, .2};

  private static final Effort LONG = new Effort(20_000, -1);

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

  private WeightedProblem example() {
    return problem(W, H, 4, 3);
  }

  private WeightedProblem problem(double[] w, double[] h, int rows, int cols) {
    return WeightedProblem.of(Matrix.of(scope.doubles(w, rows, cols)), h, scope);
  }

  private double[] product(Factors factors) {
    Matrix product = Matrix.of(scope.allocate(DType.F64, factors.u().rows(), factors.v().rows()));
    factors.multiply(product);
    return product.data().toDoubles();
  }

  private static void assertTrace(double[] expected, Solution solution) {
    double[] trace =
        solution.trace().stream().limit(expected.length).mapToDouble(value -> value).toArray();
    assertArrayEquals(expected, trace, 1e-6);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 3.661476, 3.620105, 2.724775, 2.168275, 1.926675",
    "2, 1.624519, 2.250281, 0.834803, 0.808723, 0.786400"
  })
  void alternatingLeastSquaresFollowsTheWorkedExample(
      int rank, double svd, double byColumns, double first, double second, double third) {
    WeightedProblem problem = example();
    Factors start = Starts.plain(problem, rank, scope);
    assertEquals(byColumns, problem.objective(Starts.byColumns(problem, rank, scope)), 1e-6);
    Solution solution =
        new AlternatingLeastSquares(new Effort(3, 0), new Damping(0, 1e-6))
            .improve(problem, start, scope);
    assertTrace(new double[] {svd, first, second, third}, solution);
    assertEquals(third, problem.objective(solution.factors()), 1e-6);
  }

  @Test
  void expectationMaximizationFollowsTheWorkedExample() {
    WeightedProblem problem = example();
    Optimizer em = new ExpectationMaximization(new Effort(50, 0), Acceleration.NONE);
    Solution one = em.improve(problem, Starts.plain(problem, 1, scope), scope);
    assertTrace(new double[] {3.661476, 3.479644, 3.418478, 3.366296}, one);
    assertEquals(2.289140, one.trace().get(50), 1e-6);
    Solution two = em.improve(problem, Starts.plain(problem, 2, scope), scope);
    assertTrace(new double[] {1.624519, 1.256818, 1.211375, 1.197849}, two);
    Factors zero =
        new Factors(
            Matrix.of(scope.zeros(DType.F64, 4, 1)), Matrix.of(scope.zeros(DType.F64, 3, 1)));
    Solution fromZero = em.improve(problem, zero, scope);
    assertTrace(new double[] {7.4, 5.833820, 5.288166, 4.849825}, fromZero);
  }

  /** Weights of rank one have a closed form, to which every way leads. */
  @Test
  void weightsOfRankOneHaveAClosedForm() {
    double[] rows = {1, .5, .25, 1};
    double[] cols = {1, .64, .36};
    double[] h = new double[12];
    double[] scaled = new double[12];
    for (int i = 0; i < 12; i++) {
      h[i] = rows[i / 3] * cols[i % 3];
      scaled[i] = Math.sqrt(h[i]) * W[i];
    }
    double[] ones = new double[12];
    Arrays.fill(ones, 1);
    WeightedProblem problem = problem(W, h, 4, 3);
    double[] expected = product(Starts.plain(problem(scaled, ones, 4, 3), 1, scope));
    for (int i = 0; i < 12; i++) {
      expected[i] /= Math.sqrt(h[i]);
    }
    Factors start = Starts.plain(problem, 1, scope);
    Solution em =
        new ExpectationMaximization(longRun(), Acceleration.NONE).improve(problem, start, scope);
    assertEquals(6.244751, em.objective(), 1e-6);
    assertArrayEquals(expected, product(em.factors()), tight());
    for (Optimizer optimizer :
        List.of(
            new AlternatingLeastSquares(new Effort(300, 0), Damping.NONE),
            new ExpectationMaximization(new Effort(200, 0), Acceleration.NESTEROV),
            new ExpectationMaximization(new Effort(200, 0), Acceleration.ANDERSON),
            new EliminatedDescent(new Effort(300, 0)),
            new QuasiNewton(new Effort(300, 0)))) {
      Solution solution = optimizer.improve(problem, start, scope);
      assertEquals(6.244751, solution.objective(), 1e-6, optimizer.toString());
    }
  }

  Effort longRun() {
    return LONG;
  }

  double tight() {
    return 1e-10;
  }

  @Test
  void withEqualWeightsTheTruncatedSvdIsAFixedPoint() {
    double[] ones = new double[12];
    Arrays.fill(ones, 1);
    WeightedProblem problem = problem(W, ones, 4, 3);
    for (int rank = 1; rank <= 2; rank++) {
      Factors svd = Starts.plain(problem, rank, scope);
      assertEquals(rank == 1 ? 20.416771 : 5.322592, problem.objective(svd), 1e-5);
      for (Optimizer optimizer :
          List.of(
              new ExpectationMaximization(new Effort(3, 0), Acceleration.NONE),
              new AlternatingLeastSquares(new Effort(3, 0), Damping.NONE),
              new EliminatedDescent(new Effort(3, 0)),
              new QuasiNewton(new Effort(3, 0)))) {
        Solution solution = optimizer.improve(problem, svd, scope);
        assertArrayEquals(product(svd), product(solution.factors()), 1e-6, optimizer.toString());
      }
    }
  }

  @Test
  void gradientsAreThoseOfTheObjective() {
    WeightedProblem problem = example();
    Factors at = random(4, 3, 2, 7);
    Factors gradients = Factors.allocate(scope, 4, 3, 2);
    problem.gradients(at, gradients.u(), gradients.v());
    for (boolean left : new boolean[] {true, false}) {
      Matrix value = left ? at.u() : at.v();
      double[] analytic = (left ? gradients.u() : gradients.v()).data().toDoubles();
      for (int i = 0; i < analytic.length; i++) {
        double step = 1e-5;
        double slope =
            (shifted(problem, at, value, i, step) - shifted(problem, at, value, i, -step))
                / (2 * step);
        assertEquals(slope, analytic[i], 1e-6 * Math.max(1, Math.abs(slope)));
      }
    }
  }

  private static double shifted(
      WeightedProblem problem, Factors at, Matrix value, int index, double step) {
    double[] element = new double[1];
    value.data().read(index, element, 0, 1);
    value.data().write(index, new double[] {element[0] + step}, 0, 1);
    double objective = problem.objective(at);
    value.data().write(index, element, 0, 1);
    return objective;
  }

  private Factors random(int rows, int cols, int rank, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Factors factors = Factors.allocate(scope, rows, cols, rank);
    for (Matrix matrix : new Matrix[] {factors.u(), factors.v()}) {
      double[] values = new double[matrix.rows() * matrix.cols()];
      Arrays.setAll(values, i -> random.nextGaussian());
      matrix.data().write(0, values, 0, values.length);
    }
    return factors;
  }

  /** At a fixed point of EM the gradient of the eliminated objective vanishes too. */
  @Test
  void expectationMaximizationEndsWhereTheEliminatedGradientVanishes() {
    double[] h = H.clone();
    for (int i = 0; i < h.length; i++) {
      h[i] = 0.7 * h[i] + 0.3;
    }
    WeightedProblem problem = problem(W, h, 4, 3);
    Solution em =
        new ExpectationMaximization(new Effort(4000, 0), Acceleration.NONE)
            .improve(problem, Starts.plain(problem, 1, scope), scope);
    Factors at = em.factors().copy(scope);
    RowSolver.solve(problem, at.v(), Damping.NONE, at.u());
    Matrix slope = Matrix.of(scope.allocate(DType.F64, 3, 1));
    problem.gradients(at, null, slope);
    assertEquals(0, Math.sqrt(device.blas().squaredNorm(slope)), 1e-6);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void noOptimizerEndsAboveItsStartAndAllImproveIt(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int rows = 5 + random.nextInt(20);
    int cols = 5 + random.nextInt(20);
    double[] w = random.doubles(rows * cols).map(x -> x - 0.5).toArray();
    double[] h = random.doubles(rows * cols).map(x -> 0.01 + 0.99 * x * x * x).toArray();
    WeightedProblem problem = problem(w, h, rows, cols);
    Factors start = Starts.byColumns(problem, 3, scope);
    double before = problem.objective(start);
    for (Optimizer optimizer :
        List.of(
            new AlternatingLeastSquares(new Effort(10, 0), new Damping(1e-6, 0)),
            new AdamDescent(200, 0.01),
            new ExpectationMaximization(new Effort(30, 0), Acceleration.NONE),
            new ExpectationMaximization(new Effort(30, 0), Acceleration.NESTEROV),
            new ExpectationMaximization(new Effort(30, 0), Acceleration.ANDERSON),
            new EliminatedDescent(new Effort(10, 0)),
            new QuasiNewton(new Effort(20, 0)))) {
      Solution solution = optimizer.improve(problem, start, scope);
      assertTrue(solution.objective() < 0.99 * before, optimizer + ": " + solution.trace());
      double measured = problem.objective(solution.factors());
      assertEquals(solution.objective(), measured, 1e-9 * before, optimizer.toString());
    }
  }

  @Test
  void plainIterationsNeverGoUp() {
    WeightedProblem problem = example();
    Factors start = Starts.plain(problem, 2, scope);
    for (Optimizer optimizer :
        List.of(
            new AlternatingLeastSquares(new Effort(30, 0), new Damping(0, 0)),
            new ExpectationMaximization(new Effort(30, 0), Acceleration.NONE),
            new EliminatedDescent(new Effort(15, 0)))) {
      List<Double> trace = optimizer.improve(problem, start, scope).trace();
      for (int i = 1; i < trace.size(); i++) {
        assertTrue(trace.get(i) <= trace.get(i - 1) + 1e-9, optimizer + ": " + trace);
      }
    }
  }

  /** More rank than the matrix has, rows and columns without weight, one element. */
  @Test
  void degenerateProblemsGiveNumbers() {
    double[] h = {0, 0, 0, 1, 0, 2, 1, 0, 1};
    double[] w = {1, 2, 3, 2, 4, 6, 3, 6, 9};
    for (Optimizer optimizer :
        List.of(
            new AlternatingLeastSquares(new Effort(5, 0), new Damping(1e-6, 0)),
            new EliminatedDescent(new Effort(5, 0)),
            new ExpectationMaximization(new Effort(5, 0), Acceleration.ANDERSON))) {
      WeightedProblem problem = problem(w, h, 3, 3);
      Solution solution = optimizer.improve(problem, Starts.byColumns(problem, 3, scope), scope);
      assertEquals(0, solution.objective(), 1e-9, optimizer.toString());
      WeightedProblem tiny = problem(new double[] {-3}, new double[] {0.5}, 1, 1);
      Factors exact = optimizer.improve(tiny, Starts.plain(tiny, 1, scope), scope).factors();
      assertEquals(-3, product(exact)[0], 1e-9);
    }
  }
}
