package io.github.lrfbench.harness.shapes;

import io.github.lrfbench.kernels.DType;

/**
 * What one operation of a device asks of it.
 *
 * @param operation its name in {@link io.github.lrfbench.kernels.ops.Nn} or {@link
 *     io.github.lrfbench.kernels.ops.Blas}
 * @param productFlops floating-point operations of products, a multiplication and an addition being
 *     two: what {@code flops_per_example} of the results counts
 * @param otherFlops all others: of biases, activations, norms and softmaxes, by {@link OtherFlops}
 * @param bytes that are read and written at least: every argument once
 */
public record Work(String operation, long productFlops, long otherFlops, long bytes) {
  /** Of the product of a matrix [rows, inner] and one of [inner, cols]. */
  public static Work product(long rows, long inner, long cols, DType dtype) {
    long numbers = rows * inner + inner * cols + rows * cols;
    return new Work("linear", 2 * rows * inner * cols, 0, numbers * dtype.bytes());
  }

  /** The same with more to do while the results are at hand. */
  Work and(String name, long moreFlops, long moreBytes) {
    return new Work(name, productFlops, otherFlops + moreFlops, bytes + moreBytes);
  }
}
