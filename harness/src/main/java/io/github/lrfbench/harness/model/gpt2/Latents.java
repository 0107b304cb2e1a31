package io.github.lrfbench.harness.model.gpt2;

import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LinearGroup;
import io.github.lrfbench.harness.model.KeyValueCache;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import io.github.lrfbench.kernels.ops.Activation;

/**
 * Keys and values of factored matrices in a cache as what lies between the factors (Yuan et al.
 * 2023, the cache of ASVD): with k = U z + b and v = U' z' + b' of a token, z and z' are kept.
 * Neither is multiplied out again: a head's scores are q · U z = (Uᵀ q) · z, of which q · b is left
 * out because it is the same for all tokens, and its outputs are U' times the mix of z', plus b',
 * because what it mixes by adds up to one.
 *
 * @param key U and V
 * @param value U' and V'
 * @param bias b', or null for none
 */
record Latents(LowRankFactors key, LowRankFactors value, Tensor bias) {
  /** One head of this width is what kernels can do. */
  private static final int WIDEST = 512;

  /**
   * Those of a block's projections.
   *
   * @return null where query, key and value are not apart, key or value is not factored or has an
   *     adapter, or the ranks are too large
   */
  static Latents of(LinearGroup projections) {
    if (projections.members().size() != 3) {
      return null;
    }
    Linear key = projections.members().get(1);
    Linear value = projections.members().get(2);
    boolean factored = key.factors() != null && value.factors() != null;
    return factored && Math.max(key.factors().rank(), value.factors().rank()) <= WIDEST
        ? new Latents(key.factors(), value.factors(), value.bias())
        : null;
  }

  /** Numbers of a key, and of a value, in the cache. */
  int width() {
    return Math.max(key.rank(), value.rank());
  }

  /** Floating-point operations of {@link #store} for one token. */
  long storeFlops() {
    return 2L * key.inputs() * key.rank() + 2L * value.inputs() * value.rank();
  }

  /**
   * Keeps those of the tokens for which room was made last.
   *
   * @param x what keys and values are of, [T, H]
   */
  void store(Ops ops, int layer, Matrix x, KeyValueCache cache) {
    try (Ops frame = ops.frame()) {
      cache.store(frame, layer, latent(frame, x, key), latent(frame, x, value));
    }
  }

  /** z of [T, width]. */
  private Matrix latent(Ops ops, Matrix x, LowRankFactors factors) {
    Matrix z = Matrix.of(ops.allocate(x.dtype(), x.rows(), factors.rank()));
    ops.linear(x, false, factors.down(), null, Activation.NONE, z);
    return widened(ops, z);
  }

  /** The same with zeros after it, where the other of key and value is wider. */
  private Matrix widened(Ops ops, Matrix z) {
    if (z.cols() == width()) {
      return z;
    }
    Matrix wide = Matrix.of(ops.allocate(z.dtype(), z.rows(), width()));
    ops.spread(z, 1, wide);
    return wide;
  }

  /**
   * Attention of one query of every sequence, head by head over the same latents.
   *
   * @param q [B, H]
   * @param y [B, H], modified
   */
  void attend(
      Ops ops, int layer, Matrix q, KeyValueCache cache, int heads, double scale, Matrix y) {
    int size = q.cols() / heads;
    for (int head = 0; head < heads; head++) {
      int from = head * size;
      int to = from + size;
      try (Ops frame = ops.frame()) {
        Matrix reduced = Matrix.of(frame.allocate(q.dtype(), q.rows(), key.rank()));
        Matrix up = key.up().columns(from, to);
        frame.linear(q.columns(from, to), true, up, null, Activation.NONE, reduced);
        Matrix mixed = Matrix.of(frame.allocate(q.dtype(), q.rows(), width()));
        cache.attend(frame, layer, widened(frame, reduced), 1, scale, mixed);
        frame.linear(
            mixed.columns(0, value.rank()),
            false,
            value.up().columns(from, to),
            bias == null ? null : bias.view(from, size),
            Activation.NONE,
            y.columns(from, to));
      }
    }
  }
}
