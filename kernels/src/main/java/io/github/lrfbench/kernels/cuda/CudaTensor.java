package io.github.lrfbench.kernels.cuda;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Shape;
import io.github.lrfbench.kernels.Tensor;
import java.util.Objects;

/** A part of a piece of device memory. */
public final class CudaTensor implements Tensor {
  private final CudaScope scope;
  private final CudaBuffer buffer;
  private final long offset;
  private final DType dtype;
  private final Shape shape;

  CudaTensor(CudaScope scope, CudaBuffer buffer, long offset, DType dtype, Shape shape) {
    this.scope = scope;
    this.buffer = buffer;
    this.offset = offset;
    this.dtype = dtype;
    this.shape = shape;
  }

  /**
   * The tensor, which must live on a CUDA device in an open scope.
   *
   * @throws IllegalArgumentException if it lives on another kind of device
   * @throws IllegalStateException if its scope is closed
   */
  static CudaTensor of(Tensor tensor) {
    if (!(tensor instanceof CudaTensor cuda)) {
      throw new IllegalArgumentException(
          "the tensor lives on " + tensor.device().id() + ", not on a CUDA device");
    }
    cuda.scope.requireOpen();
    return cuda;
  }

  /** Where a matrix's first element is on the device; checks as {@link #of} does. */
  static long address(Matrix matrix) {
    return of(matrix.data()).address() + matrix.offset() * matrix.dtype().bytes();
  }

  /** Where the first element is on the device; valid while the owning scope is open. */
  public long address() {
    scope.requireOpen();
    return buffer.address() + offset * dtype.bytes();
  }

  @Override
  public Shape shape() {
    return shape;
  }

  @Override
  public DType dtype() {
    return dtype;
  }

  @Override
  public Device device() {
    return scope.device();
  }

  @Override
  public Tensor view(long from, long... dims) {
    scope.requireOpen();
    Shape target = Shape.of(dims);
    Objects.checkFromIndexSize(from, target.size(), shape.size());
    return new CudaTensor(scope, buffer, offset + from, dtype, target);
  }

  @Override
  public void write(long from, float[] source, int sourceOffset, int length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void write(long from, double[] source, int sourceOffset, int length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void write(long from, int[] source, int sourceOffset, int length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void read(long from, float[] target, int targetOffset, int length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void read(long from, double[] target, int targetOffset, int length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void read(long from, int[] target, int targetOffset, int length) {
    throw new UnsupportedOperationException();
  }
}
