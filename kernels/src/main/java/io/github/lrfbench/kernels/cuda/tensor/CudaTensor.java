package io.github.lrfbench.kernels.cuda.tensor;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Shape;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.cuda.stream.CudaBuffer;
import io.github.lrfbench.kernels.cuda.stream.StagingRing;
import java.util.Arrays;
import java.util.Objects;

/** A part of a piece of device memory. */
public final class CudaTensor implements Tensor {
  private final CudaScope scope;
  private final CudaBuffer buffer;
  private final int[] ints;
  private final long offset;
  private final DType dtype;
  private final Shape shape;

  /**
   * A part of a buffer.
   *
   * @param ints the host's copy of all elements of the buffer, or null if they are no integers
   */
  CudaTensor(
      CudaScope scope, CudaBuffer buffer, int[] ints, long offset, DType dtype, Shape shape) {
    this.scope = scope;
    this.buffer = buffer;
    this.ints = ints;
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
  public static CudaTensor of(Tensor tensor) {
    if (!(tensor instanceof CudaTensor cuda)) {
      throw new IllegalArgumentException(
          "the tensor lives on " + tensor.device().id() + ", not on a CUDA device");
    }
    cuda.scope.requireOpen();
    return cuda;
  }

  /** Tells older tensors from newer ones: it grows from one scope to the next. */
  public long scopeNumber() {
    return scope.number();
  }

  /** Where a matrix's first element is on the device; checks as {@link #of} does. */
  public static long address(Matrix matrix) {
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
    return new CudaTensor(scope, buffer, ints, offset + from, dtype, target);
  }

  /**
   * What the host last wrote to this I32 tensor, without waiting for the device: no kernel writes
   * such tensors.
   */
  public int[] hostInts() {
    scope.requireOpen();
    requireInts();
    int start = (int) offset;
    return Arrays.copyOfRange(ints, start, start + (int) shape.size());
  }

  @Override
  public void write(long from, float[] source, int sourceOffset, int length) {
    check(from, length, sourceOffset, source.length);
    upload(from, length, HostElements.from(source, sourceOffset, dtype));
  }

  @Override
  public void write(long from, double[] source, int sourceOffset, int length) {
    check(from, length, sourceOffset, source.length);
    upload(from, length, HostElements.from(source, sourceOffset, dtype));
  }

  @Override
  public void write(long from, int[] source, int sourceOffset, int length) {
    check(from, length, sourceOffset, source.length);
    requireInts();
    System.arraycopy(source, sourceOffset, ints, (int) (offset + from), length);
    upload(
        from,
        length,
        (slot, part, count) -> slot.asIntBuffer().put(0, source, sourceOffset + part, count));
  }

  @Override
  public void read(long from, float[] target, int targetOffset, int length) {
    check(from, length, targetOffset, target.length);
    download(from, length, HostElements.to(target, targetOffset, dtype));
  }

  @Override
  public void read(long from, double[] target, int targetOffset, int length) {
    check(from, length, targetOffset, target.length);
    download(from, length, HostElements.to(target, targetOffset, dtype));
  }

  @Override
  public void read(long from, int[] target, int targetOffset, int length) {
    check(from, length, targetOffset, target.length);
    requireInts();
    download(
        from,
        length,
        (slot, part, count) -> slot.asIntBuffer().get(0, target, targetOffset + part, count));
  }

  @Override
  public void write(long from, byte[] source, int sourceOffset, int length) {
    check(from, length, sourceOffset, source.length);
    scope.device().arguments().requireCodes(this);
    upload(from, length, (slot, part, count) -> slot.put(0, source, sourceOffset + part, count));
  }

  @Override
  public void read(long from, byte[] target, int targetOffset, int length) {
    check(from, length, targetOffset, target.length);
    scope.device().arguments().requireCodes(this);
    download(from, length, (slot, part, count) -> slot.get(0, target, targetOffset + part, count));
  }

  private void upload(long from, int length, StagingRing.Transfer fill) {
    scope.device().stream().upload(address() + from * dtype.bytes(), length, dtype.bytes(), fill);
  }

  private void download(long from, int length, StagingRing.Transfer empty) {
    scope.device().stream()
        .download(address() + from * dtype.bytes(), length, dtype.bytes(), empty);
  }

  private void check(long from, int length, int hostOffset, int hostLength) {
    scope.requireOpen();
    Objects.checkFromIndexSize(from, length, shape.size());
    Objects.checkFromIndexSize(hostOffset, length, hostLength);
  }

  private void requireInts() {
    if (dtype != DType.I32) {
      throw new IllegalArgumentException("wanted I32 elements, but the tensor holds " + dtype);
    }
  }
}
