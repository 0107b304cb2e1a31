package io.github.lrfbench.harness.compress.quantize;

import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.harness.compress.spi.ErrorMetric;
import io.github.lrfbench.harness.compress.spi.FactorRequest;
import io.github.lrfbench.harness.compress.spi.FactorRequest.Target;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.SlotMatrix;
import io.github.lrfbench.kernels.Matrix;
import java.util.List;
import java.util.Set;

/**
 * The method {@code gptq}: codes are chosen one input at a time, and the weights of inputs that
 * still have none make up for what that lost, by the inputs' second moments (Frantar et al. 2022).
 */
public final class GptqCompressor extends QuantizingMethod {
  private static final String ORDER = "order";
  private static final String ACT = "act";
  private static final String DAMPING = "damping";

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "gptq",
        "codes chosen one input at a time, later inputs making up for what earlier ones lost",
        "Frantar et al. 2022",
        Set.of(Need.WEIGHTS, Need.ACTIVATIONS),
        "rtn where inputs are uncorrelated",
        options(
            CodeGrid.options("128", false),
            bits(2),
            MethodOption.choice(ORDER, ACT, "natural"),
            MethodOption.number(DAMPING, 0.01, 0, 1),
            tokens()));
  }

  @Override
  CodedFactorization factorize(Target target, FactorRequest request) {
    Moments moments = request.statistics().moments(target.slot());
    Matrix w = SlotMatrix.of(target.slot(), request.scope());
    Gptq gptq =
        Gptq.of(
            target.slot().name(),
            w,
            moments.gram(),
            request.options().is(ORDER, ACT),
            request.options().number(DAMPING),
            request.scope());
    List<CodeGrid> grids = grids(request.options());
    return new CodedFactorization(
        w,
        points(w.rows(), w.cols(), request.options()),
        (point, scope) -> gptq.round(grids.get(point)).map(scope),
        ErrorMetric.outputs(moments),
        gptq.damping());
  }
}
