package io.github.lrfbench.kernels;

/**
 * A contiguous, row-major array of numbers on a device, owned by a {@link Scope}.
 *
 * <p>Every method throws {@link IllegalStateException} once the owning scope is closed. Host copies
 * convert between the element type and the Java type; offsets and lengths count elements.
 */
public interface Tensor {
  /** The tensor's dimensions. */
  Shape shape();

  /** The element type. */
  DType dtype();

  /** The device that holds the memory. */
  Device device();

  /**
   * A view of the {@code size(dims)} elements that start at element {@code offset}. It shares
   * memory with this tensor and lives as long.
   *
   * @throws IndexOutOfBoundsException if the view does not lie inside this tensor
   */
  Tensor view(long offset, long... dims);

  /**
   * Gives back the memory that this tensor lies in before the other tensors of its scope. Neither
   * it nor what shares that memory may be used any more. A device may keep it all the same until
   * the scope is closed.
   */
  default void release() {}

  /** The same elements under another shape of the same size. */
  default Tensor reshape(long... dims) {
    Shape target = Shape.of(dims);
    if (target.size() != shape().size()) {
      throw new IllegalArgumentException("cannot reshape " + shape() + " to " + target);
    }
    return view(0, dims);
  }

  /** Copies {@code length} floats from the host to elements {@code [offset, offset + length)}. */
  void write(long offset, float[] source, int sourceOffset, int length);

  /** Copies {@code length} doubles from the host to elements {@code [offset, offset + length)}. */
  void write(long offset, double[] source, int sourceOffset, int length);

  /**
   * Copies {@code length} ints from the host to elements {@code [offset, offset + length)} of an
   * I32 tensor.
   */
  void write(long offset, int[] source, int sourceOffset, int length);

  /**
   * Copies {@code length} bytes from the host to elements {@code [offset, offset + length)} of an
   * I8 or U8 tensor.
   */
  void write(long offset, byte[] source, int sourceOffset, int length);

  /** Copies elements {@code [offset, offset + length)} to the host. */
  void read(long offset, float[] target, int targetOffset, int length);

  /** Copies elements {@code [offset, offset + length)} to the host. */
  void read(long offset, double[] target, int targetOffset, int length);

  /** Copies elements {@code [offset, offset + length)} of an I32 tensor to the host. */
  void read(long offset, int[] target, int targetOffset, int length);

  /** Copies elements {@code [offset, offset + length)} of an I8 or U8 tensor to the host. */
  void read(long offset, byte[] target, int targetOffset, int length);

  /** All elements as floats. */
  default float[] toFloats() {
    float[] values = new float[Math.toIntExact(shape().size())];
    read(0, values, 0, values.length);
    return values;
  }

  /** All elements as doubles. */
  default double[] toDoubles() {
    double[] values = new double[Math.toIntExact(shape().size())];
    read(0, values, 0, values.length);
    return values;
  }

  /** All elements of an I32 tensor. */
  default int[] toInts() {
    int[] values = new int[Math.toIntExact(shape().size())];
    read(0, values, 0, values.length);
    return values;
  }

  /** All elements of an I8 or U8 tensor. */
  default byte[] toBytes() {
    byte[] values = new byte[Math.toIntExact(shape().size())];
    read(0, values, 0, values.length);
    return values;
  }
}
