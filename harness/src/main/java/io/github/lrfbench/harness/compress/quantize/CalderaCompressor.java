package io.github.lrfbench.harness.compress.quantize;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.budget.Point;
import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.harness.compress.lowrank.RankPoints;
import io.github.lrfbench.harness.compress.matrix.MatrixMethod;
import io.github.lrfbench.harness.compress.quantize.CodeGrid.Zero;
import io.github.lrfbench.harness.compress.quantize.CodedMatrix.Coding;
import io.github.lrfbench.harness.compress.spi.Diagnostics;
import io.github.lrfbench.harness.compress.spi.ErrorMetric;
import io.github.lrfbench.harness.compress.spi.FactorRequest;
import io.github.lrfbench.harness.compress.spi.FactorRequest.Target;
import io.github.lrfbench.harness.compress.spi.Factorization;
import io.github.lrfbench.harness.compress.spi.Factorization.Fit;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.compress.spi.SlotMatrix;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The method {@code caldera}: a matrix as codes of a few bits and two factors of codes beside them,
 * by turns closest on calibration data (Saha et al. 2024, "Compressing large language models using
 * low rank and low precision decomposition"). Codes count the steps of uniform grids, where the
 * authors' are points of a lattice.
 */
public final class CalderaCompressor extends MatrixMethod {
  private static final String BITS = "bits";
  private static final String FACTORS = "factor-";
  private static final String CODING = "coding";
  private static final String NEAREST = "nearest";
  private static final String STEPS = "steps";
  private static final String FITS = "fits";
  private static final int MOST = 1000;

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "caldera",
        "codes of a few bits and two factors of codes beside them, closest on calibration data",
        "Saha et al. 2024",
        Set.of(Need.WEIGHTS, Need.ACTIVATIONS),
        "",
        options(
            Stream.of(
                    Stream.of(
                        MethodOption.count(BITS, 2, 1, Byte.SIZE),
                        MethodOption.choice(CODING, "gptq", NEAREST),
                        MethodOption.count(STEPS, 20, 1, MOST),
                        MethodOption.count(FITS, 5, 0, MOST)),
                    CodeGrid.options("128", Zero.ASYMMETRIC).stream(),
                    GptqCompressor.own().stream(),
                    FactorGrids.options(FACTORS, 4).stream(),
                    Stream.of(tokens()))
                .flatMap(own -> own)
                .toArray(MethodOption[]::new)));
  }

  private static CodeGrid grid(MethodOptions options) {
    return CodeGrid.of(options, options.count(BITS));
  }

  @Override
  public void check(MethodOptions options) {
    super.check(options);
    grid(options);
    FactorGrids.of(options, FACTORS);
    if (options.is(CODING, NEAREST)) {
      for (MethodOption option : GptqCompressor.own()) {
        if (!options.is(option.name(), option.standard())) {
          throw new InputException("--method caldera: " + option.name() + " is for coding=gptq");
        }
      }
    }
  }

  @Override
  public void check(Budget budget, MethodOptions options) {
    if (budget.unit() == Budget.Unit.NUMBERS && !budget.needsRanks()) {
      throw new InputException(
          "--method caldera keeps every number: --"
              + budget.kind()
              + " says nothing of it; give --bits or --rank");
    }
  }

  @Override
  protected OperatingPoints points(int rows, int cols, MethodOptions options) {
    Point rest = grid(options).point(rows, cols);
    FactorGrids factors = FactorGrids.of(options, FACTORS);
    Point[] points = new Point[Math.min(rows, cols)];
    Arrays.setAll(points, i -> point(rest, factors, rows, cols, RankPoints.rank(i)));
    return new OperatingPoints(rows, cols, Double.NaN, List.of(points));
  }

  private static Point point(Point rest, FactorGrids factors, int rows, int cols, int rank) {
    return new Point(
        rest.numbers() + FactorGrids.numbers(rows, cols, rank),
        rest.bits() + factors.stored(rows, cols, rank),
        Double.NaN,
        rank,
        rest.label() + " + " + factors.label(rank));
  }

  @Override
  protected List<? extends Factorization> factorize(FactorRequest request) {
    return request.targets().stream().map(target -> factorize(target, request)).toList();
  }

  private RankCodes factorize(Target target, FactorRequest request) {
    MethodOptions options = request.options();
    Scope owner = request.scope();
    Matrix w = Matrices.toDouble(SlotMatrix.of(target.slot(), owner), owner);
    Moments moments = request.statistics().moments(target.slot());
    String slot = target.slot().name();
    CodeGrid grid = grid(options);
    FactorGrids grids = FactorGrids.of(options, FACTORS);
    Gptq gptq =
        options.is(CODING, NEAREST) ? null : GptqCompressor.prepare(target.slot(), w, request);
    Coding rest =
        gptq == null
            ? nearest(grid, slot)
            : (x, scope) -> CodedMatrix.of(gptq.with(x).round(grid), scope);
    Caldera caldera =
        new Caldera(
            target.slot(),
            moments,
            rest,
            nearest(grids.left(), slot),
            nearest(grids.right(), slot),
            options.count(STEPS),
            options.count(FITS));
    double ridge = gptq == null ? Double.NaN : gptq.damping();
    RankCodes.Solution solution = (rank, scope) -> fit(caldera, w, rank, ridge, scope);
    OperatingPoints points = points(w.rows(), w.cols(), options);
    return target.errors()
        ? new RankCodes(points, solution, caldera.spectrum(w))
            .withErrors(w, ErrorMetric.outputs(moments))
        : new RankCodes(points, solution, null);
  }

  private static Coding nearest(CodeGrid grid, String slot) {
    return (x, scope) -> CodedMatrix.of(Codes.nearest(x, grid, slot), scope);
  }

  private static Fit fit(Caldera caldera, Matrix w, int rank, double ridge, Scope scope) {
    try (Scope scratch = scope.device().openScope()) {
      CodedSum sum = caldera.run(w, rank, scratch);
      return new Fit(
          sum.map(scope),
          new Diagnostics(
              "",
              Math.sqrt(sum.squaredError()),
              Double.NaN,
              ridge,
              "step " + sum.step() + " of " + caldera.steps()));
    }
  }
}
