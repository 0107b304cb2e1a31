package io.github.lrfbench.kernels.ops;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Tensor;

/**
 * Sequences packed one after the other without padding: sequence s is rows {@code [offsets[s],
 * offsets[s+1])}.
 *
 * @param offsets I32 {@code [count + 1]}, ascending from 0
 * @param count number of sequences
 * @param maxLength rows of the longest sequence
 */
public record Segments(Tensor offsets, int count, int maxLength) {
  /** Checks the tensor. */
  public Segments {
    if (offsets.dtype() != DType.I32 || offsets.shape().size() != count + 1L) {
      throw new IllegalArgumentException(
          count
              + " segments need I32 offsets of ["
              + (count + 1)
              + "], not "
              + offsets.dtype()
              + offsets.shape());
    }
  }
}
