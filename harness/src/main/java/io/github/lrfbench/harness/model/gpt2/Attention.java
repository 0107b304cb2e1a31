package io.github.lrfbench.harness.model.gpt2;

import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.linear.LinearGroup;
import io.github.lrfbench.harness.model.KeyValueCache;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.ops.Activation;
import io.github.lrfbench.kernels.ops.Segments;

/** How the tokens of a pass see each other and those before them. */
interface Attention {
  /**
   * Attention of one block.
   *
   * @param layer number of the block
   * @param projections query, key and value
   * @param x what they are of, [T, H]
   * @param y [T, A], the width of its heads, modified
   */
  void forward(Ops ops, int layer, LinearGroup projections, Matrix x, Matrix y);

  /**
   * Attention of what was projected.
   *
   * @param layer number of the block; that of blocks for the input layer's own
   * @param heads of the layer
   * @param scale by which its scores are multiplied
   * @param y [T, width of the layer], modified
   */
  void attend(Ops ops, int layer, Projected of, int heads, double scale, Matrix y);

  /**
   * Queries, keys and values, each [T, width of the layer].
   *
   * @param q of the tokens
   * @param k of the tokens
   * @param v of the tokens
   */
  record Projected(Matrix q, Matrix k, Matrix v) {
    static Projected of(Ops ops, LinearGroup projections, Matrix x) {
      int h = projections.outputs() / 3;
      Matrix qkv = Matrix.of(ops.allocate(x.dtype(), x.rows(), 3L * h));
      ops.apply(projections, x, Activation.NONE, qkv);
      return new Projected(qkv.columns(0, h), qkv.columns(h, 2 * h), qkv.columns(2 * h, 3 * h));
    }
  }

  /** Of whole sequences, each token of itself and those before it. */
  record Packed(Gpt2Config config, Segments segments) implements Attention {
    @Override
    public void forward(Ops ops, int layer, LinearGroup projections, Matrix x, Matrix y) {
      Projected of = Projected.of(ops, projections, x);
      attend(ops, layer, of, y.cols() / config.headSize(), config.scoreScale(layer), y);
    }

    @Override
    public void attend(Ops ops, int layer, Projected of, int heads, double scale, Matrix y) {
      ops.attention(
          of.q(), of.k(), of.v(), segments, heads, scale, true, config.dropout().attention(), y);
    }
  }

  /**
   * Of whole sequences, whose keys and values a cache shall keep.
   *
   * @param latent whether those of factored matrices are kept as what lies between the factors
   */
  record Filling(Packed packed, KeyValueCache cache, boolean latent) implements Attention {
    @Override
    public void forward(Ops ops, int layer, LinearGroup projections, Matrix x, Matrix y) {
      Gpt2Config config = packed.config();
      int heads = y.cols() / config.headSize();
      Projected of = Projected.of(ops, projections, x);
      Latents latents = latent ? Latents.of(projections) : null;
      if (latents == null) {
        attend(ops, layer, of, heads, config.scoreScale(layer), y);
      } else {
        latents.store(ops, layer, x, cache);
        packed.attend(ops, layer, of, heads, config.scoreScale(layer), y);
      }
    }

    @Override
    public void attend(Ops ops, int layer, Projected of, int heads, double scale, Matrix y) {
      cache.store(ops, layer, of.k(), of.v());
      packed.attend(ops, layer, of, heads, scale, y);
    }
  }

  /**
   * Of one token of each sequence, which sees itself and those in the cache.
   *
   * @param latent as in {@link Filling}
   */
  record Cached(Gpt2Config config, KeyValueCache cache, boolean latent) implements Attention {
    @Override
    public void forward(Ops ops, int layer, LinearGroup projections, Matrix x, Matrix y) {
      Latents latents = latent ? Latents.of(projections) : null;
      int heads = y.cols() / config.headSize();
      if (latents == null) {
        Projected of = Projected.of(ops, projections, x);
        attend(ops, layer, of, heads, config.scoreScale(layer), y);
      } else {
        Matrix q = Matrix.of(ops.allocate(x.dtype(), x.rows(), y.cols()));
        projections.members().get(0).forward(ops, x, Activation.NONE, q);
        latents.store(ops, layer, x, cache);
        latents.attend(ops, layer, q, cache, heads, config.scoreScale(layer), y);
      }
    }

    @Override
    public void attend(Ops ops, int layer, Projected of, int heads, double scale, Matrix y) {
      cache.store(ops, layer, of.k(), of.v());
      cache.attend(ops, layer, of.q(), heads, scale, y);
    }
  }
}
