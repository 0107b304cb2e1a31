package io.github.lrfbench.harness.linear;

/**
 * How the factors of a compressed matrix W = U V are named in a checkpoint: the module's path with
 * one of these ends in the place of {@code .weight}.
 */
public final class LowRankNames {
  /** U, [outputs, rank]. */
  public static final String UP = ".lowrank.u";

  /** Vᵀ, [inputs, rank]. */
  public static final String DOWN = ".lowrank.v";

  private LowRankNames() {}
}
