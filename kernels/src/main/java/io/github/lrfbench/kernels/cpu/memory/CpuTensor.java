package io.github.lrfbench.kernels.cpu.memory;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Shape;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.host.Arguments;
import io.github.lrfbench.kernels.host.Indices;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Objects;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;

/** A part of a block of native memory. */
public final class CpuTensor implements Tensor {
  /** Checks of arguments that must live on a CPU device. */
  public static final Arguments ARGUMENTS = new Arguments(CpuTensor::of);

  /** Checks of indices. */
  public static final Indices INDICES = new Indices(ARGUMENTS, Tensor::toInts);

  private final CpuScope scope;
  private final Block block;
  private final long offset;
  private final DType dtype;
  private final Shape shape;

  CpuTensor(CpuScope scope, Block block, long offset, DType dtype, Shape shape) {
    this.scope = scope;
    this.block = block;
    this.offset = offset;
    this.dtype = dtype;
    this.shape = shape;
  }

  /** The CPU tensor behind a matrix. */
  public static CpuTensor of(Matrix matrix) {
    return of(matrix.data());
  }

  /** The tensor, which must live on a CPU device in an open scope. */
  public static CpuTensor of(Tensor tensor) {
    if (!(tensor instanceof CpuTensor cpu)) {
      throw new IllegalArgumentException(
          "the tensor lives on " + tensor.device().id() + ", not on the CPU");
    }
    cpu.requireUsable();
    return cpu;
  }

  /** Tells older tensors from newer ones: it grows from one scope of a device to the next. */
  public long scopeNumber() {
    return scope.number();
  }

  /** A pointer to the first element of an F32 matrix. */
  public static FloatPointer floats(Matrix matrix) {
    return of(matrix).floats(matrix.offset());
  }

  /** A pointer to the first element of an F64 matrix. */
  public static DoublePointer doubles(Matrix matrix) {
    return of(matrix).doubles(matrix.offset());
  }

  /** Where a matrix's first element is; valid while the owning scope is open. */
  public static long address(Matrix matrix) {
    CpuTensor tensor = of(matrix);
    return tensor.block.address() + (tensor.offset + matrix.offset()) * tensor.dtype.bytes();
  }

  /** A pointer to an F32 element. */
  public FloatPointer floats(long element) {
    requireType(DType.F32);
    return RawMemory.floats(block.address() + (offset + element) * Float.BYTES);
  }

  /** A pointer to an F64 element. */
  public DoublePointer doubles(long element) {
    requireType(DType.F64);
    return RawMemory.doubles(block.address() + (offset + element) * Double.BYTES);
  }

  /** This tensor's F32 elements, from index 0; absolute access from several threads is safe. */
  public FloatBuffer floatBuffer() {
    requireType(DType.F32);
    return bytes().asFloatBuffer();
  }

  /** This tensor's F64 elements, from index 0; absolute access from several threads is safe. */
  public DoubleBuffer doubleBuffer() {
    requireType(DType.F64);
    return bytes().asDoubleBuffer();
  }

  /** This tensor's I32 elements, from index 0; absolute access from several threads is safe. */
  IntBuffer intBuffer() {
    requireType(DType.I32);
    return bytes().asIntBuffer();
  }

  /** This tensor's codes, from index 0; absolute access from several threads is safe. */
  public ByteBuffer codeBuffer() {
    requireUsable();
    ARGUMENTS.requireCodes(this);
    return bytes();
  }

  Block block() {
    return block;
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
    requireUsable();
    Shape target = Shape.of(dims);
    Objects.checkFromIndexSize(from, target.size(), shape.size());
    return new CpuTensor(scope, block, offset + from, dtype, target);
  }

  @Override
  public void release() {
    scope.release(block);
  }

  @Override
  public void write(long from, float[] source, int sourceOffset, int length) {
    int index = check(from, length);
    if (dtype == DType.F64) {
      DoubleBuffer target = doubleBuffer();
      for (int i = 0; i < length; i++) {
        target.put(index + i, source[sourceOffset + i]);
      }
    } else {
      floatBuffer().put(index, source, sourceOffset, length);
    }
  }

  @Override
  public void write(long from, double[] source, int sourceOffset, int length) {
    int index = check(from, length);
    if (dtype == DType.F32) {
      FloatBuffer target = floatBuffer();
      for (int i = 0; i < length; i++) {
        target.put(index + i, (float) source[sourceOffset + i]);
      }
    } else {
      doubleBuffer().put(index, source, sourceOffset, length);
    }
  }

  @Override
  public void write(long from, int[] source, int sourceOffset, int length) {
    intBuffer().put(check(from, length), source, sourceOffset, length);
  }

  @Override
  public void read(long from, float[] target, int targetOffset, int length) {
    int index = check(from, length);
    if (dtype == DType.F64) {
      DoubleBuffer source = doubleBuffer();
      for (int i = 0; i < length; i++) {
        target[targetOffset + i] = (float) source.get(index + i);
      }
    } else {
      floatBuffer().get(index, target, targetOffset, length);
    }
  }

  @Override
  public void read(long from, double[] target, int targetOffset, int length) {
    int index = check(from, length);
    if (dtype == DType.F32) {
      FloatBuffer source = floatBuffer();
      for (int i = 0; i < length; i++) {
        target[targetOffset + i] = source.get(index + i);
      }
    } else {
      doubleBuffer().get(index, target, targetOffset, length);
    }
  }

  @Override
  public void read(long from, int[] target, int targetOffset, int length) {
    intBuffer().get(check(from, length), target, targetOffset, length);
  }

  @Override
  public void write(long from, byte[] source, int sourceOffset, int length) {
    codeBuffer().put(check(from, length), source, sourceOffset, length);
  }

  @Override
  public void read(long from, byte[] target, int targetOffset, int length) {
    codeBuffer().get(check(from, length), target, targetOffset, length);
  }

  private int check(long from, int length) {
    requireUsable();
    return (int) Objects.checkFromIndexSize(from, length, shape.size());
  }

  private ByteBuffer bytes() {
    int start = (int) (offset * dtype.bytes());
    int length = (int) (shape.size() * dtype.bytes());
    return block.buffer().slice(start, length).order(block.buffer().order());
  }

  private void requireUsable() {
    scope.requireOpen();
    block.requireHeld();
  }

  private void requireType(DType wanted) {
    requireUsable();
    if (dtype != wanted) {
      throw new IllegalArgumentException(
          "wanted " + wanted + " elements, but the tensor holds " + dtype);
    }
  }
}
