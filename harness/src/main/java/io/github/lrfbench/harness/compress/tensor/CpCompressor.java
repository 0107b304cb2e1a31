package io.github.lrfbench.harness.compress.tensor;

import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.linear.TensorSlices.Kind;
import io.github.lrfbench.kernels.Scope;
import java.util.List;
import java.util.Set;

/**
 * The method {@code cp}: a canonical polyadic decomposition (Lebedev et al. 2015) by alternating
 * least squares, or by sampled ones.
 */
public final class CpCompressor extends TensorMethod {
  private static final MethodOption FIT = MethodOption.choice("fit", "als", "cprand");
  private static final MethodOption SWEEPS = MethodOption.count("sweeps", 50, 1, 100000);
  private static final MethodOption TOLERANCE = MethodOption.number("tolerance", 1e-5, 0, 1);
  private static final MethodOption RESTARTS = MethodOption.count("restarts", 0, 0, 1000);
  private static final MethodOption RIDGE = MethodOption.number("ridge", 1e-8, 0, 1);

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "cp",
        "canonical polyadic decomposition of stacked matrices, in shared factors",
        "Lebedev et al. 2015",
        Set.of(Need.WEIGHTS),
        "",
        List.of(
            MethodOption.choice(STACK, HEADS, LAYERS, BOTH, MATRIX),
            BLOCKS,
            FIT,
            SWEEPS,
            TOLERANCE,
            RESTARTS,
            RIDGE));
  }

  @Override
  Kind kind() {
    return Kind.CP;
  }

  @Override
  boolean hasRanks() {
    return true;
  }

  @Override
  boolean knowsErrors() {
    return false;
  }

  @Override
  StackFactorization decompose(SlotStack stack, CompressionRequest request, Scope scope) {
    MethodOptions options = request.options();
    return CpStack.of(
        stack,
        new CpSettings(
            options.count(SWEEPS.name()),
            options.number(TOLERANCE.name()),
            options.count(RESTARTS.name()),
            options.number(RIDGE.name()),
            options.is(FIT.name(), "cprand"),
            request.seed()));
  }
}
