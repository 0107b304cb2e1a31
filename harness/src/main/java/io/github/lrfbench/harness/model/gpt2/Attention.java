package io.github.lrfbench.harness.model.gpt2;

import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.model.KeyValueCache;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.ops.Segments;

/** How the tokens of a pass see each other and those before them. */
interface Attention {
  /**
   * Attention of one block.
   *
   * @param layer number of the block
   * @param q [T, H]
   * @param k [T, H]
   * @param v [T, H]
   * @param y [T, H], modified
   */
  void forward(Ops ops, int layer, Matrix q, Matrix k, Matrix v, Matrix y);

  /** Of whole sequences, each token of itself and those before it. */
  record Packed(Gpt2Config config, Segments segments) implements Attention {
    @Override
    public void forward(Ops ops, int layer, Matrix q, Matrix k, Matrix v, Matrix y) {
      double dropout = config.dropout().attention();
      ops.attention(q, k, v, segments, config.heads(), config.scoreScale(layer), true, dropout, y);
    }
  }

  /** Of whole sequences, whose keys and values a cache shall keep. */
  record Filling(Attention packed, KeyValueCache cache) implements Attention {
    @Override
    public void forward(Ops ops, int layer, Matrix q, Matrix k, Matrix v, Matrix y) {
      cache.store(ops, layer, k, v);
      packed.forward(ops, layer, q, k, v, y);
    }
  }

  /** Of one token of each sequence, which sees itself and those in the cache. */
  record Cached(Gpt2Config config, KeyValueCache cache) implements Attention {
    @Override
    public void forward(Ops ops, int layer, Matrix q, Matrix k, Matrix v, Matrix y) {
      cache.store(ops, layer, k, v);
      cache.attend(ops, layer, q, config.heads(), config.scoreScale(layer), y);
    }
  }
}
