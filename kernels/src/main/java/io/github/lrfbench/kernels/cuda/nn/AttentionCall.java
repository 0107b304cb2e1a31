package io.github.lrfbench.kernels.cuda.nn;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.cuda.tensor.CudaTensor;
import io.github.lrfbench.kernels.cuda.tensor.Operand;
import io.github.lrfbench.kernels.ops.Dropout;
import io.github.lrfbench.kernels.ops.Segments;

/**
 * The inputs of attention, which have been checked.
 *
 * @param longest rows of the longest sequence
 */
record AttentionCall(
    Matrix q,
    Matrix k,
    Matrix v,
    Segments segments,
    int longest,
    int heads,
    double scale,
    boolean causal,
    Dropout dropout) {
  /**
   * Takes the longest sequence from what the host knows and from what is promised, because a graph
   * may be replayed with other sequences up to that.
   */
  static AttentionCall of(
      Matrix q,
      Matrix k,
      Matrix v,
      Segments segments,
      int[] offsets,
      int heads,
      double scale,
      boolean causal,
      Dropout dropout) {
    int longest = segments.maxLength();
    for (int s = 0; s < segments.count(); s++) {
      longest = Math.max(longest, offsets[s + 1] - offsets[s]);
    }
    return new AttentionCall(q, k, v, segments, longest, heads, scale, causal, dropout);
  }

  DType dtype() {
    return q.dtype();
  }

  /** Columns of a head. */
  int size() {
    return q.cols() / heads;
  }

  boolean isEmpty() {
    return q.rows() == 0 || q.cols() == 0;
  }

  /** Where the sequences' offsets are. */
  long offsets() {
    return CudaTensor.of(segments.offsets()).address();
  }

  /** Elements that an access may move, given the other matrices of the call. */
  int vector(Matrix... others) {
    Operand[] operands = new Operand[3 + others.length];
    operands[0] = Operand.of(q);
    operands[1] = Operand.of(k);
    operands[2] = Operand.of(v);
    for (int i = 0; i < others.length; i++) {
      operands[3 + i] = Operand.of(others[i]);
    }
    int vector = Operand.vector(dtype(), operands);
    return size() % vector == 0 ? vector : 1;
  }
}
