package io.github.lrfbench.harness.compress;

import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.budget.Point;
import io.github.lrfbench.harness.compress.matrix.MatrixMethod;
import io.github.lrfbench.harness.compress.spi.Diagnostics;
import io.github.lrfbench.harness.compress.spi.FactorRequest;
import io.github.lrfbench.harness.compress.spi.FactorRequest.Target;
import io.github.lrfbench.harness.compress.spi.Factorization;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.compress.spi.MethodSpec;
import io.github.lrfbench.harness.compress.spi.SlotMatrix;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.List;
import java.util.Set;

/**
 * A method with one point, so that it needs no budget: every number becomes its sign times their
 * mean size, or NaN.
 */
final class SignsMethod extends MatrixMethod {
  private final boolean numbers;

  /**
   * The method.
   *
   * @param numbers false gives NaN
   */
  private SignsMethod(boolean numbers) {
    this.numbers = numbers;
  }

  /** The method as it is asked for. */
  static MethodSpec spec(boolean numbers) {
    // It has the options that all methods have, as svd does.
    return new MethodSpec(new SignsMethod(numbers), MethodSpec.parse("svd").options());
  }

  @Override
  public MethodInfo info() {
    return new MethodInfo("signs", "", "", Set.of(Need.WEIGHTS), "", options());
  }

  @Override
  protected OperatingPoints points(int rows, int cols, MethodOptions options) {
    long count = (long) rows * cols;
    return new OperatingPoints(
        rows, cols, Double.NaN, List.of(new Point(count, count, Double.NaN, 0, "signs")));
  }

  @Override
  protected List<? extends Factorization> factorize(FactorRequest request) {
    return request.targets().stream().map(this::signs).toList();
  }

  private Factorization signs(Target target) {
    return new Factorization() {
      @Override
      public OperatingPoints points() {
        return SignsMethod.this.points(
            target.slot().linear().outputs(), target.slot().linear().inputs(), MethodOptions.NONE);
      }

      @Override
      public Fit fit(int point, Scope scope) {
        Matrix w = SlotMatrix.of(target.slot(), scope);
        Matrix weight = Matrix.of(scope.allocate(DType.F32, w.cols(), w.rows()));
        scope.device().blas().transpose(w, weight);
        float[] values = weight.data().toFloats();
        double sum = 0;
        for (float value : values) {
          sum += Math.abs(value);
        }
        double mean = numbers ? sum / values.length : Double.NaN;
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) (values[i] < 0 ? -mean : mean);
        }
        weight.data().write(0, values, 0, values.length);
        return new Fit(
            new DenseLinear(weight, null),
            new Diagnostics("", Double.NaN, Double.NaN, Double.NaN, ""));
      }
    };
  }
}
