package io.github.lrfbench.harness.shapes;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Shape;
import io.github.lrfbench.kernels.Tensor;

/** A tensor without numbers: what is written is forgotten, and nothing can be read. */
record ShapeTensor(Shape shape, DType dtype, Device device) implements Tensor {
  @Override
  public Tensor view(long offset, long... dims) {
    Shape part = Shape.of(dims);
    if (offset < 0 || offset + part.size() > shape.size()) {
      throw new IndexOutOfBoundsException(part + " at " + offset + " is not inside " + shape);
    }
    return new ShapeTensor(part, dtype, device);
  }

  @Override
  public void write(long offset, float[] source, int sourceOffset, int length) {}

  @Override
  public void write(long offset, double[] source, int sourceOffset, int length) {}

  @Override
  public void write(long offset, int[] source, int sourceOffset, int length) {}

  @Override
  public void write(long offset, byte[] source, int sourceOffset, int length) {}

  @Override
  public void read(long offset, float[] target, int targetOffset, int length) {
    throw ShapeDevice.noNumbers();
  }

  @Override
  public void read(long offset, double[] target, int targetOffset, int length) {
    throw ShapeDevice.noNumbers();
  }

  @Override
  public void read(long offset, int[] target, int targetOffset, int length) {
    throw ShapeDevice.noNumbers();
  }

  @Override
  public void read(long offset, byte[] target, int targetOffset, int length) {
    throw ShapeDevice.noNumbers();
  }
}
