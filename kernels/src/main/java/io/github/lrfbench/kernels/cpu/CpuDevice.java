package io.github.lrfbench.kernels.cpu;

import io.github.lrfbench.kernels.CapturedGraph;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceMonitor;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.ProductRounding;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.cpu.blas.CpuBlas;
import io.github.lrfbench.kernels.cpu.blas.OpenBlasLibrary;
import io.github.lrfbench.kernels.cpu.blas.PackedKernels;
import io.github.lrfbench.kernels.cpu.blas.PackedWeights;
import io.github.lrfbench.kernels.cpu.lapack.CpuLapack;
import io.github.lrfbench.kernels.cpu.memory.BlockPool;
import io.github.lrfbench.kernels.cpu.nn.CpuGradients;
import io.github.lrfbench.kernels.cpu.nn.CpuNn;
import io.github.lrfbench.kernels.cpu.rounded.RoundedProducts;
import io.github.lrfbench.kernels.host.Workers;
import io.github.lrfbench.kernels.ops.Blas;
import io.github.lrfbench.kernels.ops.Lapack;
import io.github.lrfbench.kernels.ops.Nn;
import io.github.lrfbench.kernels.ops.NnGradients;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/**
 * The processor. It computes in F32 and F64; factors of layers' products in F32 may be rounded to
 * BF16 or INT8.
 */
public final class CpuDevice implements Device {
  private final Workers workers;
  private final BlockPool pool = new BlockPool();
  private final CpuBlas blas;
  private final Lapack lapack;
  private final CpuNn nn;
  private final NnGradients gradients;
  private final String name;
  private final CpuMonitor monitor;
  private final ProductRounding rounding;

  CpuDevice(DeviceOptions options) {
    OpenBlasLibrary.loadBlas();
    int threads =
        options.threads() == 0 ? Runtime.getRuntime().availableProcessors() : options.threads();
    workers = new Workers(threads);
    monitor = CpuMonitor.ofThisMachine(workers);
    blas = new CpuBlas(workers);
    lapack = new CpuLapack(blas);
    rounding = options.rounding();
    RoundedProducts products =
        rounding == ProductRounding.NONE ? null : RoundedProducts.of(rounding);
    nn = new CpuNn(workers, pool, rounding, products);
    gradients = new CpuGradients(workers, pool, blas);
    name = ProcessorName.read();
  }

  @Override
  public String id() {
    return "cpu";
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int threads() {
    return workers.threads();
  }

  @Override
  public Map<String, String> software() {
    Map<String, String> software = new TreeMap<>();
    software.put("openblas", OpenBlasLibrary.version());
    software.put("openblas_kernel", OpenBlasLibrary.kernel());
    RoundedProducts used = nn.roundedProducts();
    if (used != null) {
      software.put("rounded_products", used.name());
    }
    return software;
  }

  @Override
  public ProductRounding rounding() {
    return rounding;
  }

  @Override
  public <T> T inFull(Supplier<T> work) {
    nn.pauseRounding();
    try {
      return work.get();
    } finally {
      nn.resumeRounding();
    }
  }

  @Override
  public DeviceMonitor monitor() {
    return monitor;
  }

  @Override
  public Scope openScope() {
    return pool.openScope(this);
  }

  @Override
  public Blas blas() {
    return blas;
  }

  @Override
  public Lapack lapack() {
    OpenBlasLibrary.loadLapack();
    return lapack;
  }

  @Override
  public Nn nn() {
    return nn;
  }

  @Override
  public NnGradients gradients() {
    return gradients;
  }

  @Override
  public void forEach(int count, IntConsumer task) {
    workers.forEach(count, task);
  }

  /** Weights that the work finds in open scopes are packed once, not in every product. */
  @Override
  public CapturedGraph capture(Runnable work, long mostCopied) {
    return PackedWeights.capture(work, pool, mostCopied);
  }

  @Override
  public boolean copiesWeights() {
    return PackedKernels.areAvailable();
  }

  @Override
  public void withSteadyWeights(Runnable work) {
    PackedWeights.during(work, pool);
  }

  @Override
  public void synchronize() {
    // Kernels return when they are done.
  }

  @Override
  public MemoryUse memory() {
    return pool.use();
  }

  @Override
  public void resetPeakMemory() {
    pool.resetPeak();
  }

  @Override
  public void close() {
    workers.close();
    pool.close();
  }
}
