package io.github.lrfbench.kernels;

/**
 * An arena of tensors: closing it frees all of them at once, without the garbage collector.
 *
 * <p>A scope is confined to one thread for allocation and closing; kernels may read its tensors
 * from many threads meanwhile. Closing twice is harmless.
 */
public interface Scope extends AutoCloseable {
  /** The device on which tensors are made. */
  Device device();

  /** A tensor with undefined contents. */
  Tensor allocate(DType dtype, long... dims);

  /** A tensor of zeros. */
  Tensor zeros(DType dtype, long... dims);

  /** An F32 tensor with the given elements in row-major order. */
  default Tensor floats(float[] values, long... dims) {
    Tensor tensor = allocate(DType.F32, dims);
    requireSize(tensor, values.length);
    tensor.write(0, values, 0, values.length);
    return tensor;
  }

  /** An F64 tensor with the given elements in row-major order. */
  default Tensor doubles(double[] values, long... dims) {
    Tensor tensor = allocate(DType.F64, dims);
    requireSize(tensor, values.length);
    tensor.write(0, values, 0, values.length);
    return tensor;
  }

  /** An I32 tensor with the given elements in row-major order. */
  default Tensor ints(int[] values, long... dims) {
    Tensor tensor = allocate(DType.I32, dims);
    requireSize(tensor, values.length);
    tensor.write(0, values, 0, values.length);
    return tensor;
  }

  /** An I8 or U8 tensor with the given elements in row-major order. */
  default Tensor codes(DType dtype, byte[] values, long... dims) {
    Tensor tensor = allocate(dtype, dims);
    requireSize(tensor, values.length);
    tensor.write(0, values, 0, values.length);
    return tensor;
  }

  @Override
  void close();

  private static void requireSize(Tensor tensor, int length) {
    if (tensor.shape().size() != length) {
      throw new IllegalArgumentException(
          length + " values do not fill a tensor of shape " + tensor.shape());
    }
  }
}
