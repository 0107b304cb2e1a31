package io.github.lrfbench.harness.autograd;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import io.github.lrfbench.kernels.ops.Blas;
import io.github.lrfbench.kernels.ops.Nn;
import io.github.lrfbench.kernels.ops.Segments;

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

  /**
   * Applies a linear layer of a model, or several of one input: {@link Layer#forward}, where
   * observers can look on.
   *
   * @param x [T, I]
   * @param y [T, O], modified; may be a slice of columns
   */
  default void apply(Layer layer, Matrix x, Activation activation, Matrix y) {
    layer.forward(this, x, activation, y);
  }

  /**
   * Dropout, which happens in training only.
   *
   * @param x [T, H]
   * @param rate share of the elements that become 0
   * @return what takes the place of x; x itself if nothing is dropped
   */
  default Matrix dropout(Matrix x, double rate) {
    return x;
  }

  /**
   * {@code y += scale (x down) up}, for adapters.
   *
   * @param x [T, I]
   * @param down [I, R]
   * @param up [R, O]
   * @param y [T, O], modified; may be a slice of columns
   */
  default void addLowRank(Matrix x, Matrix down, Matrix up, double scale, Matrix y) {
    Blas blas = x.device().blas();
    try (Ops frame = frame()) {
      Matrix middle = Matrix.of(frame.allocate(x.dtype(), x.rows(), down.cols()));
      blas.gemm(false, false, scale, x, down, 0, middle);
      blas.gemm(false, false, 1, middle, up, 1, y);
    }
  }

  /** {@link Nn#attention} with dropout of the probabilities, which happens in training only. */
  default void attention(
      Matrix q,
      Matrix k,
      Matrix v,
      Segments segments,
      int heads,
      double scale,
      boolean causal,
      double dropoutRate,
      Matrix y) {
    attention(q, k, v, segments, heads, scale, causal, y);
  }

  @Override
  void close();
}
