package io.github.lrfbench.harness.shapes;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Shape;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Blas;
import io.github.lrfbench.kernels.ops.Lapack;
import io.github.lrfbench.kernels.ops.Nn;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * A device that computes nothing and notes the {@link Work} of every operation, in order: a model
 * on it has all shapes and no weights, whatever its size. What needs numbers, such as a
 * decomposition, throws. For one thread.
 */
public final class ShapeDevice implements Device {
  private final List<Work> done = new ArrayList<>();
  private final Nn nn = new CountingNn(done::add);
  private final Blas blas = new CountingBlas(done::add);
  private long bytes;
  private long peak;

  /** What it was asked to do since the last call; it forgets that. */
  public List<Work> takeWork() {
    List<Work> taken = List.copyOf(done);
    done.clear();
    return taken;
  }

  static UnsupportedOperationException noNumbers() {
    return new UnsupportedOperationException("only the shapes of tensors are known");
  }

  @Override
  public String id() {
    return "shapes";
  }

  @Override
  public String name() {
    return "shapes alone";
  }

  @Override
  public int threads() {
    return 1;
  }

  @Override
  public Scope openScope() {
    return new ShapeScope();
  }

  @Override
  public Blas blas() {
    return blas;
  }

  @Override
  public Lapack lapack() {
    throw noNumbers();
  }

  @Override
  public Nn nn() {
    return nn;
  }

  @Override
  public void forEach(int count, IntConsumer task) {
    for (int i = 0; i < count; i++) {
      task.accept(i);
    }
  }

  @Override
  public void synchronize() {
    // Nothing is ever under way.
  }

  /** What the tensors would use. */
  @Override
  public MemoryUse memory() {
    return new MemoryUse(bytes, peak);
  }

  @Override
  public void resetPeakMemory() {
    peak = bytes;
  }

  @Override
  public void close() {
    // There is nothing to free.
  }

  /** Counts what its tensors would use. */
  private final class ShapeScope implements Scope {
    private long own;

    @Override
    public Device device() {
      return ShapeDevice.this;
    }

    @Override
    public Tensor allocate(DType dtype, long... dims) {
      Shape shape = Shape.of(dims);
      own += shape.size() * dtype.bytes();
      bytes += shape.size() * dtype.bytes();
      peak = Math.max(peak, bytes);
      return new ShapeTensor(shape, dtype, ShapeDevice.this);
    }

    @Override
    public Tensor zeros(DType dtype, long... dims) {
      return allocate(dtype, dims);
    }

    @Override
    public void close() {
      bytes -= own;
      own = 0;
    }
  }
}
