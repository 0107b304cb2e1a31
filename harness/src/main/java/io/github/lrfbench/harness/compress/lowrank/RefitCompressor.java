package io.github.lrfbench.harness.compress.lowrank;

import io.github.lrfbench.harness.compress.matrix.MatrixMethod;
import io.github.lrfbench.harness.compress.matrix.RefiningMethod;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import java.util.List;
import java.util.Set;

/**
 * The stage {@code refit}: left factors fitted by least squares to the original matrices' outputs,
 * on the inputs that they have once the blocks before are compressed (Wang et al. 2025).
 */
public final class RefitCompressor extends RefiningMethod {
  /** The stage. */
  public RefitCompressor() {
    super(new LeastSquares());
  }

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "refit",
        "left factors fitted by least squares to the original outputs",
        "Wang et al. 2025",
        Set.of(Need.ACTIVATIONS),
        "svdllm:update=ls where it follows svdllm",
        List.of(MatrixMethod.tokens()));
  }
}
