package io.github.lrfbench.harness.compress.tensor;

import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.linear.TensorSlices.Kind;
import io.github.lrfbench.kernels.Scope;
import java.util.List;
import java.util.Set;

/**
 * The method {@code tucker}: a core and a factor for every mode (Tucker 1966), by sequentially
 * truncated HOSVD and higher-order orthogonal iteration.
 */
public final class TuckerCompressor extends TensorMethod {
  private static final MethodOption SWEEPS = MethodOption.count("sweeps", 20, 0, 100000);

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "tucker",
        "Tucker decomposition of stacked matrices: a core and a factor for every mode, shared",
        "Tucker 1966; De Lathauwer et al. 2000",
        Set.of(Need.WEIGHTS),
        "",
        List.of(MethodOption.choice(STACK, HEADS, LAYERS, BOTH, MATRIX), BLOCKS, SWEEPS));
  }

  @Override
  Kind kind() {
    return Kind.TUCKER;
  }

  @Override
  StackFactorization decompose(SlotStack stack, CompressionRequest request, Scope scope) {
    return new Hosvd(stack, kind(), request.options().count(SWEEPS.name()), scope);
  }
}
