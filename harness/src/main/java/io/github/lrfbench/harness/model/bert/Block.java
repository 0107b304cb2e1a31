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
      Matrix attended = attend(frame, x, segments, config);
      Matrix wide = Matrix.of(frame.allocate(x.dtype(), x.rows(), intermediate.outputs()));
      frame.apply(intermediate, attended, config.activation(), wide);
      Matrix narrow = Matrix.of(frame.allocate(x.dtype(), x.rows(), x.cols()));
      frame.apply(output, wide, Activation.NONE, narrow);
      Matrix kept = frame.dropout(narrow, config.dropout().hidden());
      outputNorm.forward(frame, kept, attended, y);
    }
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
      Matrix projected = Matrix.of(inner.allocate(x.dtype(), x.rows(), h));
      inner.apply(attentionOutput, context, Activation.NONE, projected);
      Matrix kept = inner.dropout(projected, config.dropout().hidden());
      attentionNorm.forward(inner, kept, x, Matrix.of(normed));
    }
    return Matrix.of(normed);
  }
}
