package io.github.lrfbench.harness.compress.columns;

import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.budget.Point;
import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.harness.compress.matrix.MatrixMethod;
import io.github.lrfbench.harness.compress.spi.ErrorMetric;
import io.github.lrfbench.harness.compress.spi.FactorRequest;
import io.github.lrfbench.harness.compress.spi.FactorRequest.Target;
import io.github.lrfbench.harness.compress.spi.Factorization;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.compress.spi.SlotMatrix;
import io.github.lrfbench.harness.linear.SelectedInputs;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * The method {@code nystrom}: some inputs of a matrix stand for all of them. The others are
 * predicted from those by the inputs' second moments C, that is by the Nyström approximation of C
 * (Williams and Seeger 2001; Gittens and Mahoney 2016), so that what is left is a matrix that reads
 * fewer inputs, W x ≈ (W C[:, J] C[J, J]⁻¹) x[J]. It stores m k numbers and which k inputs they
 * are.
 */
public final class NystromCompressor extends MatrixMethod {
  private static final String SELECT = "select";
  private static final String LEVERAGE = "leverage";
  private static final String UNIFORM = "uniform";

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "nystrom",
        "some inputs are read, the others predicted from them by their second moments",
        "Gittens and Mahoney 2016",
        Set.of(Need.WEIGHTS, Need.ACTIVATIONS),
        "",
        options(
            MethodOption.choice(SELECT, "cholesky", LEVERAGE, UNIFORM),
            MethodOption.seed(),
            tokens()));
  }

  @Override
  public void check(MethodOptions options) {
    super.check(options);
    if (!options.is(SELECT, UNIFORM) && options.hasSeed()) {
      throw new InputException("--method nystrom: seed is for select=uniform");
    }
  }

  @Override
  public boolean nests(MethodOptions options) {
    return !options.is(SELECT, LEVERAGE);
  }

  @Override
  protected OperatingPoints points(int rows, int cols, MethodOptions options) {
    Point[] points = new Point[cols];
    Arrays.setAll(points, i -> point(rows, cols, i + 1));
    return new OperatingPoints(rows, cols, Double.NaN, List.of(points));
  }

  private static Point point(int rows, int cols, int count) {
    long numbers = (long) rows * count;
    long bits = OperatingPoints.DENSE_BITS * numbers + (long) SelectedInputs.INDEX_BITS * count;
    String label = SelectedInputs.label(count, cols) + " x dense";
    return new Point(numbers + count, bits, Double.NaN, count, label);
  }

  @Override
  protected List<? extends Factorization> factorize(FactorRequest request) {
    return request.targets().stream().map(target -> factorize(target, request)).toList();
  }

  private ChosenFactorization factorize(Target target, FactorRequest request) {
    Scope scope = request.scope();
    Moments moments = request.statistics().moments(target.slot());
    Matrix gram = moments.gram();
    int inputs = gram.rows();
    int most = target.errors() ? inputs : target.point() + 1;
    Matrix w = Matrices.toDouble(SlotMatrix.of(target.slot(), scope), scope);
    OperatingPoints points = points(w.rows(), inputs, request.options());
    String select = request.options().text(SELECT);
    ChosenFactorization made;
    if (select.equals(LEVERAGE)) {
      Tensor values = scope.allocate(DType.F64, most);
      Matrix vectors = Matrices.allocate(scope, most, inputs);
      try (Scope scratch = scope.device().openScope()) {
        scope
            .device()
            .lapack()
            .largestEigenpairs(Matrices.toDouble(gram, scratch), most, values, vectors);
      }
      Choice choice = Choice.leverage(vectors);
      made =
          ChosenFactorization.solved(
              points,
              most,
              (count, owner) -> new Landmarks(w, gram, choice.of(count), select, owner),
              tails(values.toDoubles()));
    } else {
      int[] chosen =
          select.equals(UNIFORM)
              ? Choice.uniform(inputs, request.options().seed()).of(most)
              : PivotedCholesky.order(gram, most);
      made =
          ChosenFactorization.nested(points, most, new Landmarks(w, gram, chosen, select, scope));
    }
    return target.errors() ? made.withErrors(w, ErrorMetric.outputs(moments)) : made;
  }

  /** What the leading eigenvectors leave of the inputs' squares, all eigenvalues being known. */
  private static double[] tails(double[] eigenvalues) {
    double[] tails = new double[eigenvalues.length];
    // Less than that is not told from nothing, which only all inputs lose.
    double rounding = tails.length * 0x1p-52 * eigenvalues[0];
    for (int i = tails.length - 1; i > 0; i--) {
      tails[i - 1] = tails[i] + Math.max(rounding, eigenvalues[i]);
    }
    return tails;
  }
}
