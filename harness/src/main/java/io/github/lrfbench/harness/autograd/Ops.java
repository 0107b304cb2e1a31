package io.github.lrfbench.harness.autograd;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Nn;

/**
 * The operations of a forward pass with a place for their results.
 *
 * <p>A model never overwrites a tensor that an earlier operation wrote, so that an implementation
 * may keep all of them for a backward pass.
 */
public interface Ops extends Nn, AutoCloseable {
  /** A tensor with undefined contents that lives until this frame is closed. */
  Tensor allocate(DType dtype, long... dims);

  /**
   * Operations whose results are needed only until the frame is closed, like the inside of a layer.
   */
  Ops frame();

  @Override
  void close();
}
