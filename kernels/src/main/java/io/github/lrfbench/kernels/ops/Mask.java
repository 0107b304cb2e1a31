package io.github.lrfbench.kernels.ops;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;

/**
 * Which elements of a matrix [M, N] are stored: a bit for each, and the stored numbers one row
 * after the other.
 *
 * @param bits U8 [M, N / 8 rounded up], packed as {@link CodePacking} says of codes of one bit; the
 *     bits after the last column are 0
 * @param starts [M + 1], how many are stored of the rows before; the last is how many there are.
 *     Null on a device that knows shapes alone
 * @param offsets the same on the device, I32
 * @param cols N
 */
public record Mask(Matrix bits, int[] starts, Tensor offsets, int cols) {
  /** Checks that the sizes fit. */
  public Mask {
    if (bits.dtype() != DType.U8
        || bits.cols() != CodePacking.width(cols, 1)
        || offsets.dtype() != DType.I32
        || offsets.shape().size() != bits.rows() + 1L) {
      throw new IllegalArgumentException(
          "a mask of " + bits.rows() + " x " + bits.cols() + " bytes for " + cols + " columns");
    }
  }

  /**
   * A mask.
   *
   * @param packed as {@code bits}
   * @param scope owns the result
   */
  public static Mask of(byte[] packed, int rows, int cols, Scope scope) {
    int width = CodePacking.width(cols, 1);
    return of(Matrix.of(scope.codes(DType.U8, packed, rows, width)), packed, cols, scope);
  }

  /**
   * A mask whose bits are on the device already.
   *
   * @param packed the same as {@code bits}
   * @param scope owns the offsets
   */
  public static Mask of(Matrix bits, byte[] packed, int cols, Scope scope) {
    int[] starts = new int[bits.rows() + 1];
    for (int i = 0; i < bits.rows(); i++) {
      starts[i + 1] = starts[i];
      for (int b = 0; b < bits.cols(); b++) {
        starts[i + 1] += Integer.bitCount(packed[i * bits.cols() + b] & 0xff);
      }
    }
    return new Mask(bits, starts, scope.ints(starts, starts.length), cols);
  }

  /** M. */
  public int rows() {
    return bits.rows();
  }

  /** A byte for each element, [M, N], 1 where it is stored. */
  public byte[] flags() {
    return CodePacking.unpack(bits.data().toBytes(), cols, 1);
  }
}
