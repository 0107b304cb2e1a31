package io.github.lrfbench.harness.compress.quantize;

import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.harness.compress.quantize.CodeGrid.Zero;
import io.github.lrfbench.harness.compress.spi.ErrorMetric;
import io.github.lrfbench.harness.compress.spi.FactorRequest;
import io.github.lrfbench.harness.compress.spi.FactorRequest.Target;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.SlotMatrix;
import io.github.lrfbench.harness.linear.Masked;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.Matrix;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

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
            CodeGrid.options("128", Zero.ASYMMETRIC),
            Stream.of(Stream.of(bits(2)), own().stream(), Stream.of(tokens()))
                .flatMap(some -> some)
                .toArray(MethodOption[]::new)));
  }

  /** The options that are this method's own. */
  static List<MethodOption> own() {
    return List.of(
        MethodOption.choice(ORDER, ACT, "natural"), MethodOption.number(DAMPING, 0.01, 0, 1));
  }

  /** Prepares the matrix of a slot as these options say. */
  static Gptq prepare(LinearSlot slot, Matrix w, FactorRequest request) {
    return Gptq.of(
        slot.name(),
        w,
        request.statistics().moments(slot).gram(),
        request.options().is(ORDER, ACT),
        request.options().number(DAMPING),
        request.scope());
  }

  @Override
  CodedFactorization factorize(Target target, FactorRequest request) {
    Moments moments = request.statistics().moments(target.slot());
    Matrix w = SlotMatrix.of(target.slot(), request.scope());
    Gptq gptq = prepare(target.slot(), w, request);
    List<CodeGrid> grids = grids(request.options());
    byte[] stored = target.slot().linear() instanceof Masked sparse ? sparse.mask().flags() : null;
    return new CodedFactorization(
        w,
        points(target.slot(), request.options()),
        (point, scope) -> form(target.slot(), gptq.round(grids.get(point), stored), scope),
        ErrorMetric.outputs(moments),
        gptq.damping());
  }
}
