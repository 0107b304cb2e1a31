package io.github.lrfbench.kernels.cuda;

import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.cuda.module.KernelModules;
import io.github.lrfbench.kernels.cuda.module.Nvrtc;
import io.github.lrfbench.kernels.ops.Blas;
import io.github.lrfbench.kernels.ops.Lapack;
import io.github.lrfbench.kernels.ops.Nn;
import java.util.function.IntConsumer;

/** A GPU. It computes in F64, F32, F16 and BF16, with sums in F32 at least. */
public final class CudaDevice implements Device {
  private final CudaContext context;
  private final CudaStream stream;
  private final int index;
  private KernelModules modules;
  private volatile boolean open = true;

  CudaDevice(int index, DeviceOptions options) {
    this.index = index;
    context = new CudaContext(index);
    context.enter();
    stream = new CudaStream();
  }

  /** What the GPU is. */
  public DeviceProperties properties() {
    return context.properties();
  }

  /**
   * The stream for the calling thread's work; the device's context becomes the thread's. Ask for it
   * at every call and do not keep it.
   *
   * @throws IllegalStateException if the device is closed
   */
  public CudaStream stream() {
    requireOpen();
    context.enter();
    return stream;
  }

  /** Memory for the calling thread's stream: not a tensor, and not counted as one. */
  CudaBuffer scratch(long bytes) {
    throw new UnsupportedOperationException();
  }

  /** Our own kernels, compiled when first used. */
  synchronized KernelModules modules() {
    requireOpen();
    if (modules == null) {
      modules = KernelModules.open(Nvrtc.load(), properties().capability());
    }
    return modules;
  }

  @Override
  public String id() {
    return "cuda:" + index;
  }

  @Override
  public String name() {
    return properties().name();
  }

  @Override
  public int threads() {
    return 1;
  }

  @Override
  public Scope openScope() {
    requireOpen();
    return new CudaScope(this);
  }

  @Override
  public Blas blas() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Lapack lapack() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Nn nn() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void forEach(int count, IntConsumer task) {
    for (int i = 0; i < count; i++) {
      task.accept(i);
    }
  }

  @Override
  public void synchronize() {
    stream().synchronize();
  }

  @Override
  public MemoryUse memory() {
    return new MemoryUse(0, 0);
  }

  @Override
  public void resetPeakMemory() {}

  @Override
  public void close() {
    open = false;
    context.enter();
    if (modules != null) {
      modules.close();
    }
    stream.close();
    context.close();
  }

  void requireOpen() {
    if (!open) {
      throw new IllegalStateException("the device is closed");
    }
  }
}
