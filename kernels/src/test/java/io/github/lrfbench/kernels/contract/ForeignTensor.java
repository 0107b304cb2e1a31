package io.github.lrfbench.kernels.contract;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Shape;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Blas;
import io.github.lrfbench.kernels.ops.Lapack;
import io.github.lrfbench.kernels.ops.Nn;
import java.util.function.IntConsumer;

/** A tensor of a device that no other device knows; it holds nothing. */
final class ForeignTensor implements Tensor {
  private final DType dtype;
  private final Shape shape;

  ForeignTensor(DType dtype, long... dims) {
    this.dtype = dtype;
    this.shape = Shape.of(dims);
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
    return new ForeignDevice();
  }

  @Override
  public Tensor view(long offset, long... dims) {
    return new ForeignTensor(dtype, dims);
  }

  @Override
  public void write(long offset, float[] source, int sourceOffset, int length) {
    throw touched();
  }

  @Override
  public void write(long offset, double[] source, int sourceOffset, int length) {
    throw touched();
  }

  @Override
  public void write(long offset, int[] source, int sourceOffset, int length) {
    throw touched();
  }

  @Override
  public void read(long offset, float[] target, int targetOffset, int length) {
    throw touched();
  }

  @Override
  public void read(long offset, double[] target, int targetOffset, int length) {
    throw touched();
  }

  @Override
  public void read(long offset, int[] target, int targetOffset, int length) {
    throw touched();
  }

  @Override
  public void write(long offset, byte[] source, int sourceOffset, int length) {
    throw touched();
  }

  @Override
  public void read(long offset, byte[] target, int targetOffset, int length) {
    throw touched();
  }

  private static AssertionError touched() {
    return new AssertionError("a kernel touched a tensor of another device");
  }

  private static final class ForeignDevice implements Device {
    @Override
    public String id() {
      return "foreign";
    }

    @Override
    public String name() {
      return "foreign";
    }

    @Override
    public int threads() {
      return 1;
    }

    @Override
    public Scope openScope() {
      throw touched();
    }

    @Override
    public Blas blas() {
      throw touched();
    }

    @Override
    public Lapack lapack() {
      throw touched();
    }

    @Override
    public Nn nn() {
      throw touched();
    }

    @Override
    public void forEach(int count, IntConsumer task) {
      throw touched();
    }

    @Override
    public void synchronize() {}

    @Override
    public MemoryUse memory() {
      return new MemoryUse(0, 0);
    }

    @Override
    public void resetPeakMemory() {}

    @Override
    public void close() {}
  }
}
