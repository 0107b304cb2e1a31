package io.github.lrfbench.harness.model.gpt2;

import io.github.lrfbench.harness.autograd.Layer;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LinearGroup;
import io.github.lrfbench.harness.model.AttentionWidths;
import io.github.lrfbench.harness.model.Norm;
import io.github.lrfbench.harness.model.TransformerBlock;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.List;

/**
 * One block: attention and feed-forward layer, each of which reads normed hidden states and adds to
 * the hidden states as they were before the norm (Radford et al. 2019).
 *
 * @param attentionNorm before the attention
 * @param projections query, key and value, H to 3 A, A being H or the width of fewer heads: one
 *     map, or three
 * @param attentionOutput A to H
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
  /** Checks that the parts of the attention fit each other. */
  Block {
    AttentionWidths.requireOne(projections, attentionOutput);
  }

  /** Width of the attention, A. */
  int attention() {
    return attentionOutput.inputs();
  }

  /** Floating-point operations for one token before the attention. */
  long projectionFlops() {
    return projections.flopsPerRow();
  }

  /** Those after it. */
  long outputFlops() {
    return attentionOutput.flopsPerRow() + intermediate.flopsPerRow() + output.flopsPerRow();
  }

  /** In the order in which they are applied. */
  List<Layer> layers() {
    return List.of(projections, attentionOutput, intermediate, output);
  }

  /** The same for who computes it in another way. */
  TransformerBlock transformerBlock(double scoreScale) {
    return new TransformerBlock(
        attentionNorm, projections, scoreScale, attentionOutput, outputNorm, intermediate, output);
  }

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
    static State allocate(Ops ops, Matrix like, int rows) {
      return new State(
          Matrix.of(ops.allocate(like.dtype(), rows, like.cols())),
          Matrix.of(ops.allocate(like.dtype(), rows, like.cols())));
    }
  }

  /**
   * Applies the block.
   *
   * @param x under this block's first norm
   * @param kept I32 [B], the rows of which the result is wanted; null for all
   * @param next the norm of what reads the result
   */
  State forward(
      Ops ops, int layer, State x, Attention attention, Tensor kept, Gpt2Config config, Norm next) {
    int rows = kept == null ? x.sum.rows() : Math.toIntExact(kept.shape().size());
    State y = State.allocate(ops, x.sum, rows);
    try (Ops frame = ops.frame()) {
      State middle = State.allocate(frame, x.sum, rows);
      double dropout = config.dropout().residual();
      try (Ops inner = frame.frame()) {
        Matrix context = take(inner, attend(inner, layer, x.normed, attention), kept);
        Matrix projected = allocate(inner, context, attentionOutput.outputs());
        inner.apply(attentionOutput, context, Activation.NONE, projected);
        Matrix added = inner.dropout(projected, dropout);
        outputNorm.forward(inner, added, take(inner, x.sum, kept), middle.sum, middle.normed);
      }
      Matrix wide = allocate(frame, middle.sum, intermediate.outputs());
      frame.apply(intermediate, middle.normed, config.activation(), wide);
      Matrix narrow = allocate(frame, middle.sum, output.outputs());
      frame.apply(output, wide, Activation.NONE, narrow);
      next.forward(frame, frame.dropout(narrow, dropout), middle.sum, y.sum, y.normed);
    }
    return y;
  }

  private static Matrix allocate(Ops ops, Matrix like, int cols) {
    return Matrix.of(ops.allocate(like.dtype(), like.rows(), cols));
  }

  /** Some rows; x itself where all are wanted. */
  private static Matrix take(Ops ops, Matrix x, Tensor rows) {
    if (rows == null) {
      return x;
    }
    Matrix taken = Matrix.of(ops.allocate(x.dtype(), rows.shape().size(), x.cols()));
    ops.gatherRows(x, rows, taken);
    return taken;
  }

  private Matrix attend(Ops ops, int layer, Matrix x, Attention attention) {
    Matrix context = allocate(ops, x, attention());
    attention.forward(ops, layer, projections, x, context);
    return context;
  }
}
