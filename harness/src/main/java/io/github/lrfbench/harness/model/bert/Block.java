package io.github.lrfbench.harness.model.bert;

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
import io.github.lrfbench.kernels.ops.Segments;
import java.util.List;

/**
 * One encoder block (Vaswani et al. 2017, post-norm as in Devlin et al. 2019): attention and
 * feed-forward layer, each followed by residual and layer norm.
 *
 * @param projections query, key and value, each [A, H], A being H or the width of fewer heads
 * @param attentionOutput [H, A]
 * @param attentionNorm after the attention
 * @param intermediate [I, H]
 * @param output [H, I]
 * @param outputNorm after the feed-forward layer
 */
record Block(
    LinearGroup projections,
    Linear attentionOutput,
    Norm attentionNorm,
    Linear intermediate,
    Linear output,
    Norm outputNorm) {
  /** Checks that the parts of the attention fit each other. */
  Block {
    AttentionWidths.requireOne(projections, attentionOutput);
  }

  /** Width of the attention, A. */
  int attention() {
    return attentionOutput.inputs();
  }

  /** In the order in which they are applied. */
  List<Layer> layers() {
    return List.of(projections, attentionOutput, intermediate, output);
  }

  /** Floating-point operations of the matrices for one token. */
  long flopsPerRow() {
    return projections.flopsPerRow()
        + attentionOutput.flopsPerRow()
        + intermediate.flopsPerRow()
        + output.flopsPerRow();
  }

  /** The same for who computes it in another way. */
  TransformerBlock transformerBlock(EncoderConfig config) {
    return new TransformerBlock(
        attentionNorm,
        projections,
        config.scoreScale(),
        attentionOutput,
        outputNorm,
        intermediate,
        output);
  }

  Block copyTo(Scope scope, DType dtype) {
    return new Block(
        projections.copyTo(scope, dtype),
        attentionOutput.copyTo(scope, dtype),
        attentionNorm.copyTo(scope, dtype),
        intermediate.copyTo(scope, dtype),
        output.copyTo(scope, dtype),
        outputNorm.copyTo(scope, dtype));
  }

  /**
   * Applies the block.
   *
   * @param x [T, H]
   * @param y [T, H], modified
   */
  void forward(Ops ops, Matrix x, Segments segments, EncoderConfig config, Matrix y) {
    try (Ops frame = ops.frame()) {
      feedForward(frame, attend(frame, x, segments, config), config, y);
    }
  }

  /**
   * Applies the block for one token of each sequence. Of the others it computes what this one's
   * attention reads: keys and values.
   *
   * @param x [T, H]
   * @param y [T, H], of which the rows of these tokens are modified
   */
  void forward(Ops ops, Matrix x, SingleTokens tokens, EncoderConfig config, Matrix y) {
    try (Ops frame = ops.frame()) {
      int h = x.cols();
      int a = attention();
      Matrix own = Matrix.of(frame.allocate(x.dtype(), tokens.count(), h));
      frame.gatherRows(x, tokens.rows(), own);
      Matrix attended = Matrix.of(frame.allocate(x.dtype(), tokens.count(), h));
      try (Ops inner = frame.frame()) {
        Matrix query = Matrix.of(inner.allocate(x.dtype(), tokens.count(), a));
        inner.apply(projections.members().get(0), own, Activation.NONE, query);
        Matrix keys = Matrix.of(inner.allocate(x.dtype(), x.rows(), a));
        inner.apply(projections.members().get(1), x, Activation.NONE, keys);
        Matrix values = Matrix.of(inner.allocate(x.dtype(), x.rows(), a));
        inner.apply(projections.members().get(2), x, Activation.NONE, values);
        Matrix context = Matrix.of(inner.allocate(x.dtype(), tokens.count(), a));
        inner.cachedAttention(
            query,
            keys,
            values,
            tokens.seen(),
            tokens.lengths(),
            a / config.headSize(),
            config.scoreScale(),
            context);
        project(inner, context, own, config, attended);
      }
      Matrix next = Matrix.of(frame.allocate(x.dtype(), tokens.count(), h));
      feedForward(frame, attended, config, next);
      frame.scatterRows(next, tokens.rows(), y);
    }
  }

  /** Whether what a layer gives for a token depends on what tokens it is given beside it. */
  boolean mixesTokens() {
    return layers().stream()
        .flatMap(layer -> layer.parts().stream())
        .anyMatch(part -> part instanceof Linear linear && linear.roundsInputs());
  }

  private void feedForward(Ops frame, Matrix attended, EncoderConfig config, Matrix y) {
    DType dtype = attended.dtype();
    Matrix wide = Matrix.of(frame.allocate(dtype, attended.rows(), intermediate.outputs()));
    frame.apply(intermediate, attended, config.activation(), wide);
    Matrix narrow = Matrix.of(frame.allocate(dtype, attended.rows(), attended.cols()));
    frame.apply(output, wide, Activation.NONE, narrow);
    Matrix kept = frame.dropout(narrow, config.dropout().hidden());
    outputNorm.forward(frame, kept, attended, y);
  }

  private Matrix attend(Ops frame, Matrix x, Segments segments, EncoderConfig config) {
    int h = x.cols();
    int a = attention();
    Tensor normed = frame.allocate(x.dtype(), x.rows(), h);
    try (Ops inner = frame.frame()) {
      Matrix qkv = Matrix.of(inner.allocate(x.dtype(), x.rows(), projections.outputs()));
      inner.apply(projections, x, Activation.NONE, qkv);
      Matrix context = Matrix.of(inner.allocate(x.dtype(), x.rows(), a));
      inner.attention(
          qkv.columns(0, a),
          qkv.columns(a, 2 * a),
          qkv.columns(2 * a, 3 * a),
          segments,
          a / config.headSize(),
          config.scoreScale(),
          config.causal(),
          config.dropout().attention(),
          context);
      project(inner, context, x, config, Matrix.of(normed));
    }
    return Matrix.of(normed);
  }

  /** What follows the attention: its output layer, residual and norm. */
  private void project(Ops inner, Matrix context, Matrix x, EncoderConfig config, Matrix y) {
    Matrix projected = Matrix.of(inner.allocate(x.dtype(), x.rows(), x.cols()));
    inner.apply(attentionOutput, context, Activation.NONE, projected);
    Matrix kept = inner.dropout(projected, config.dropout().hidden());
    attentionNorm.forward(inner, kept, x, y);
  }
}
