package io.github.lrfbench.harness.autograd;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import io.github.lrfbench.kernels.ops.Mask;
import io.github.lrfbench.kernels.ops.Nn;
import io.github.lrfbench.kernels.ops.Segments;

/** Operations that others run. */
abstract class DelegatingOps implements Ops {
  private final Nn nn;

  /** Operations that {@code nn} runs. */
  DelegatingOps(Nn nn) {
    this.nn = nn;
  }

  @Override
  public void linear(
      Matrix x, boolean transW, Matrix w, Tensor bias, Activation activation, Matrix y) {
    nn.linear(x, transW, w, bias, activation, y);
  }

  @Override
  public void lowRank(
      Matrix x, Matrix down, Matrix up, Tensor bias, Activation activation, Matrix y) {
    nn.lowRank(x, down, up, bias, activation, y);
  }

  @Override
  public void biasActivation(Matrix x, Tensor bias, Activation activation) {
    nn.biasActivation(x, bias, activation);
  }

  @Override
  public void layerNorm(
      Matrix x, Tensor bias, Matrix residual, Tensor gamma, Tensor beta, double eps, Matrix y) {
    nn.layerNorm(x, bias, residual, gamma, beta, eps, y);
  }

  @Override
  public void addLayerNorm(
      Matrix x, Matrix residual, Tensor gamma, Tensor beta, double eps, Matrix sum, Matrix y) {
    nn.addLayerNorm(x, residual, gamma, beta, eps, sum, y);
  }

  @Override
  public void cachedAttention(
      Matrix q,
      Matrix keys,
      Matrix values,
      Tensor rows,
      Tensor lengths,
      int heads,
      double scale,
      Matrix y) {
    nn.cachedAttention(q, keys, values, rows, lengths, heads, scale, y);
  }

  @Override
  public void crossEntropy(Matrix x, Tensor targets, Tensor losses) {
    nn.crossEntropy(x, targets, losses);
  }

  @Override
  public void scatterRows(Matrix x, Tensor rows, Matrix y) {
    nn.scatterRows(x, rows, y);
  }

  @Override
  public void embed(
      Tensor ids,
      Matrix word,
      Tensor positions,
      Matrix position,
      Tensor types,
      Matrix type,
      Matrix y) {
    nn.embed(ids, word, positions, position, types, type, y);
  }

  @Override
  public void attention(
      Matrix q,
      Matrix k,
      Matrix v,
      Segments segments,
      int heads,
      double scale,
      boolean causal,
      Matrix y) {
    nn.attention(q, k, v, segments, heads, scale, causal, y);
  }

  @Override
  public void scaledMaskedSoftmax(Matrix x, double scale, Tensor valid) {
    nn.scaledMaskedSoftmax(x, scale, valid);
  }

  @Override
  public void gatherRows(Matrix x, Tensor rows, Matrix y) {
    nn.gatherRows(x, rows, y);
  }

  @Override
  public void gatherColumns(Matrix x, Tensor columns, Matrix y) {
    nn.gatherColumns(x, columns, y);
  }

  @Override
  public void add(Matrix x, Matrix y) {
    nn.add(x, y);
  }

  @Override
  public void spread(Matrix x, int parts, Matrix y) {
    nn.spread(x, parts, y);
  }

  @Override
  public void swapAxes(Matrix x, int first, int second, Matrix y) {
    nn.swapAxes(x, first, second, y);
  }

  @Override
  public void khatriRao(Matrix a, Matrix b, Matrix y) {
    nn.khatriRao(a, b, y);
  }

  @Override
  public void dequantize(Matrix codes, int bits, Tensor scales, Tensor zeros, int group, Matrix y) {
    nn.dequantize(codes, bits, scales, zeros, group, y);
  }

  @Override
  public boolean codedLinear(
      Matrix x,
      Matrix codes,
      int bits,
      Tensor scales,
      Tensor zeros,
      int group,
      Tensor bias,
      Activation activation,
      Matrix y) {
    return nn.codedLinear(x, codes, bits, scales, zeros, group, bias, activation, y);
  }

  @Override
  public void palette(Matrix codes, int bits, Tensor tables, int rows, Matrix y) {
    nn.palette(codes, bits, tables, rows, y);
  }

  @Override
  public void int8Linear(
      Matrix x,
      Matrix codes,
      Tensor scales,
      float threshold,
      Tensor bias,
      Activation activation,
      Matrix y) {
    nn.int8Linear(x, codes, scales, threshold, bias, activation, y);
  }

  @Override
  public void unmask(Mask mask, Tensor values, Matrix y) {
    nn.unmask(mask, values, y);
  }

  @Override
  public void addToLargest(Matrix x, Matrix w, int count, Matrix y) {
    nn.addToLargest(x, w, count, y);
  }

  @Override
  public void meanPool(Matrix x, Segments segments, Matrix y) {
    nn.meanPool(x, segments, y);
  }
}
