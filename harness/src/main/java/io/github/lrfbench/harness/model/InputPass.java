package io.github.lrfbench.harness.model;

import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;

/**
 * Tokens of a forward pass as an input layer reads them.
 *
 * @param ids I32 [T]
 * @param types I32 [T], or null for a model without
 * @param positions I32 [T], position within the sequence, from 0
 * @param counted I32 [T], see {@link TokenBatch#counted}; null where no text has a token of padding
 * @param dropout rate in training
 * @param attention how the tokens see each other, for layers in which they do
 */
public record InputPass(
    Tensor ids,
    Tensor types,
    Tensor positions,
    Tensor counted,
    double dropout,
    InputAttention attention) {
  /** How the tokens of a pass see each other. */
  @FunctionalInterface
  public interface InputAttention {
    /**
     * Attention of the tokens.
     *
     * @param q [T, N D]
     * @param k [T, N D]
     * @param v [T, N D]
     * @param heads N
     * @param y [T, N D], modified
     */
    void attend(Ops ops, Matrix q, Matrix k, Matrix v, int heads, Matrix y);
  }

  /** All tokens of a batch. */
  public static InputPass of(TokenBatch batch, double dropout, InputAttention attention) {
    return new InputPass(
        batch.ids(), batch.types(), batch.positions(), batch.counted(), dropout, attention);
  }

  /** T. */
  public int tokens() {
    return Math.toIntExact(ids.shape().size());
  }

  /** By what scores are multiplied where a head has so many numbers: 1/√D. */
  public static double scoreScale(int width, int heads) {
    return 1 / Math.sqrt((double) width / heads);
  }
}
