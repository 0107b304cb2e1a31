package io.github.lrfbench.harness.linear;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;

/** A map of which one matrix is stored, and perhaps a bias. */
interface StoredWeight extends Linear {
  /** The matrix as it is stored. */
  Matrix weight();

  @Override
  default long parameters() {
    return (long) weight().rows() * weight().cols();
  }

  @Override
  default long flopsPerRow() {
    return 2 * parameters();
  }

  @Override
  default DType dtype() {
    return weight().dtype();
  }

  @Override
  default long bits() {
    return parameters() * dtype().bytes() * Byte.SIZE;
  }
}
