package io.github.lrfbench.harness.compress.matrix;

import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import java.util.List;
import java.util.Set;

/**
 * The stage {@code bias}: biases make up for what matrices lose on the mean of their inputs, b + (W
 * − Ŵ) μ (Masana et al. 2017).
 */
public final class BiasCompressor extends RefiningMethod {
  /** The stage. */
  public BiasCompressor() {
    super(
        (slot, map, moments, scope) ->
            map.withBias(Replacement.compensated(slot, map, moments.mean(), scope)));
  }

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "bias",
        "biases that make up for what matrices lose on their mean input",
        "Masana et al. 2017",
        Set.of(Need.ACTIVATIONS),
        "svd:bias=compensate:statistics=sequential where it follows svd",
        List.of(MatrixMethod.tokens()));
  }
}
