package io.github.lrfbench.harness.checkpoint;

import io.github.lrfbench.kernels.Shape;
import java.util.List;

/**
 * Where a file keeps a tensor.
 *
 * @param begin first byte, counted from where the file's data begins
 * @param end the byte after the last
 * @param strides how many elements lie between neighbours along each axis; none if the tensor is
 *     row-major without gaps
 */
record StoredTensor(
    String name, StoredType type, Shape shape, long begin, long end, List<Long> strides) {
  /** A tensor that is row-major without gaps. */
  StoredTensor(String name, StoredType type, Shape shape, long begin, long end) {
    this(name, type, shape, begin, end, List.of());
  }
}
