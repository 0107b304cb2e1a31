package io.github.lrfbench.harness.checkpoint;

import java.nio.ByteBuffer;

/** Gives the elements of a strided tensor in row-major order. */
final class Strides {
  private final long[] dims;
  private final long[] steps;
  private final long[] index;
  private final int bytes;
  private final byte[] span;
  private int position;

  /**
   * A tensor from its first element on.
   *
   * @param span the bytes from its first element to its last
   */
  Strides(StoredTensor tensor, byte[] span) {
    this.dims = tensor.shape().toArray();
    this.bytes = tensor.type().bytes();
    this.steps = tensor.strides().stream().mapToLong(stride -> stride * bytes).toArray();
    this.index = new long[dims.length];
    this.span = span;
  }

  /** Appends the next {@code count} elements to a buffer. */
  void next(ByteBuffer target, int count) {
    for (int i = 0; i < count; i++) {
      target.put(span, position, bytes);
      advance();
    }
  }

  private void advance() {
    for (int axis = dims.length - 1; axis >= 0; axis--) {
      position += (int) steps[axis];
      index[axis]++;
      if (index[axis] < dims[axis]) {
        return;
      }
      position -= (int) (steps[axis] * dims[axis]);
      index[axis] = 0;
    }
  }
}
