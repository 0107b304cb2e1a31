package io.github.lrfbench.harness.model;

import io.github.lrfbench.harness.autograd.Layer;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.kernels.Matrix;
import java.util.List;

/** One of the equal parts of a model, that each make hidden states of hidden states. */
public interface ModelBlock {
  /** Its matrices in the order in which they are applied; those that read one input are one. */
  List<Layer> layers();

  /**
   * The block's step of {@link Model#hiddenStates}.
   *
   * @param batch the tokens
   * @param x the hidden states before it, [T, H]
   * @return those after it, [T, H], which live as long as the operations do
   */
  Matrix forward(Ops ops, TokenBatch batch, Matrix x);

  /**
   * Floating-point operations of a pass over a sequence, counted as in {@link Model#flops}.
   *
   * @param length tokens
   */
  long flops(int length);

  /** All that it is made of, norms included. */
  List<ModelPart> parts();
}
