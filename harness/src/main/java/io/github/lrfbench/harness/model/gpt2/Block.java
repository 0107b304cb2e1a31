package io.github.lrfbench.harness.model.gpt2;

import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LinearGroup;
import io.github.lrfbench.harness.model.Norm;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.ops.Activation;

/**
 * One block: attention and feed-forward layer, each of which reads normed hidden states and adds to
 * the hidden states as they were before the norm (Radford et al. 2019).
 *
 * @param attentionNorm before the attention
 * @param projections query, key and value, H to 3 H: one map, or three
 * @param attentionOutput H to H
 * @param outputNorm before the feed-forward layer
 * @param intermediate H to I
 * @param output I to H
 */
record Block(
    Norm attentionNorm,
    LinearGroup projections,
    Linear attentionOutput,
    Norm outputNorm,
    Linear intermediate,
    Linear output) {

  Block copyTo(Scope scope, DType dtype) {
    return new Block(
        attentionNorm.copyTo(scope, dtype),
        projections.copyTo(scope, dtype),
        attentionOutput.copyTo(scope, dtype),
        outputNorm.copyTo(scope, dtype),
        intermediate.copyTo(scope, dtype),
        output.copyTo(scope, dtype));
  }

  /**
   * Hidden states between two blocks.
   *
   * @param sum what the blocks add to, [T, H]
   * @param normed the same under the norm of what reads it next, [T, H]
   */
  record State(Matrix sum, Matrix normed) {
    static State allocate(Ops ops, Matrix like) {
      return new State(
          Matrix.of(ops.allocate(like.dtype(), like.rows(), like.cols())),
          Matrix.of(ops.allocate(like.dtype(), like.rows(), like.cols())));
    }
  }

  /**
   * Applies the block.
   *
   * @param x under this block's first norm
   * @param next the norm of what reads the result
   */
  State forward(Ops ops, int layer, State x, Attention attention, Gpt2Config config, Norm next) {
    State y = State.allocate(ops, x.sum);
    try (Ops frame = ops.frame()) {
      State middle = State.allocate(frame, x.sum);
      double dropout = config.dropout().residual();
      try (Ops inner = frame.frame()) {
        Matrix added = inner.dropout(attend(inner, layer, x.normed, attention), dropout);
        outputNorm.forward(inner, added, x.sum, middle.sum, middle.normed);
      }
      Matrix wide = Matrix.of(frame.allocate(x.sum.dtype(), x.sum.rows(), intermediate.outputs()));
      intermediate.forward(frame, middle.normed, config.activation(), wide);
      Matrix narrow = Matrix.of(frame.allocate(x.sum.dtype(), x.sum.rows(), x.sum.cols()));
      output.forward(frame, wide, Activation.NONE, narrow);
      next.forward(frame, frame.dropout(narrow, dropout), middle.sum, y.sum, y.normed);
    }
    return y;
  }

  private Matrix attend(Ops ops, int layer, Matrix x, Attention attention) {
    int h = x.cols();
    Matrix qkv = Matrix.of(ops.allocate(x.dtype(), x.rows(), projections.outputs()));
    projections.forward(ops, x, qkv);
    Matrix context = Matrix.of(ops.allocate(x.dtype(), x.rows(), h));
    attention.forward(
        ops, layer, qkv.columns(0, h), qkv.columns(h, 2 * h), qkv.columns(2 * h, 3 * h), context);
    Matrix projected = Matrix.of(ops.allocate(x.dtype(), x.rows(), h));
    attentionOutput.forward(ops, context, Activation.NONE, projected);
    return projected;
  }
}
