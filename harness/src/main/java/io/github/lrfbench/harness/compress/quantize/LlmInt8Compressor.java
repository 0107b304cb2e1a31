package io.github.lrfbench.harness.compress.quantize;

import io.github.lrfbench.harness.budget.Point;
import io.github.lrfbench.harness.compress.quantize.CodeGrid.Zero;
import io.github.lrfbench.harness.compress.spi.ErrorMetric;
import io.github.lrfbench.harness.compress.spi.FactorRequest;
import io.github.lrfbench.harness.compress.spi.FactorRequest.Target;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.compress.spi.SlotMatrix;
import io.github.lrfbench.harness.linear.LlmInt8Format;
import io.github.lrfbench.harness.linear.LlmInt8Linear;
import io.github.lrfbench.harness.linear.QuantizedLinear;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.Set;

/**
 * The method {@code llm-int8} (LLM.int8(), Dettmers et al. 2022): the weights of int8, with inputs
 * that are rounded to 8 bits, too, where they are not large.
 */
public final class LlmInt8Compressor extends CodingMethod {
  private static final String THRESHOLD = "threshold";
  private static final double MOST = 1e6;
  private static final CodeGrid GRID = new CodeGrid(Byte.SIZE, CodeGrid.ROW, Zero.SYMMETRIC, false);

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "llm-int8",
        "weights and inputs in 8 bits, large inputs apart",
        "Dettmers et al. 2022",
        Set.of(Need.WEIGHTS),
        "",
        options(MethodOption.number(THRESHOLD, LlmInt8Format.STANDARD_THRESHOLD, 0, MOST)));
  }

  @Override
  public void check(MethodOptions options) {
    super.check(options);
    if (options.number(THRESHOLD) > 0 && threshold(options) == 0) {
      throw new InputException(
          "--method llm-int8: threshold="
              + options.text(THRESHOLD)
              + " is too small for a float; 0 is for no outliers");
    }
  }

  @Override
  int fewestBits() {
    return Byte.SIZE;
  }

  @Override
  int[] sizes(MethodOptions options) {
    return new int[] {Byte.SIZE};
  }

  private static float threshold(MethodOptions options) {
    return (float) options.number(THRESHOLD);
  }

  @Override
  Point point(int bits, int rows, int cols, MethodOptions options) {
    String label = LlmInt8Linear.label(threshold(options));
    return new Point((long) rows * cols, GRID.stored(rows, cols), Double.NaN, 0, label);
  }

  @Override
  CodedFactorization factorize(Target target, FactorRequest request) {
    MethodOptions options = request.options();
    Matrix w = SlotMatrix.of(target.slot(), request.scope());
    String slot = target.slot().name();
    return new CodedFactorization(
        w,
        points(w.rows(), w.cols(), options),
        (point, scope) -> code(w, slot, threshold(options), scope),
        ErrorMetric.WEIGHTS,
        Double.NaN);
  }

  private static LlmInt8Linear code(Matrix w, String slot, float threshold, Scope scope) {
    QuantizedLinear codes = Codes.nearest(w, GRID, slot).map(scope);
    return new LlmInt8Linear(codes.codes(), codes.scales(), threshold, null, codes.dtype());
  }
}
