package io.github.lrfbench.kernels.cuda;

import io.github.lrfbench.kernels.CapturedGraph;
import io.github.lrfbench.kernels.DeviceMonitor;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.ProductRounding;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.cuda.blas.CudaBatched;
import io.github.lrfbench.kernels.cuda.blas.CudaBlas;
import io.github.lrfbench.kernels.cuda.blas.Gemm;
import io.github.lrfbench.kernels.cuda.blas.MatrixKernels;
import io.github.lrfbench.kernels.cuda.driver.CudaCallException;
import io.github.lrfbench.kernels.cuda.lapack.CudaLapack;
import io.github.lrfbench.kernels.cuda.lowrank.LowRankCrossover;
import io.github.lrfbench.kernels.cuda.lowrank.LowRankTuning;
import io.github.lrfbench.kernels.cuda.module.KernelModules;
import io.github.lrfbench.kernels.cuda.module.Nvrtc;
import io.github.lrfbench.kernels.cuda.nn.CudaGradients;
import io.github.lrfbench.kernels.cuda.nn.CudaNn;
import io.github.lrfbench.kernels.cuda.nn.RoundedWeights;
import io.github.lrfbench.kernels.cuda.nvml.NvmlMonitor;
import io.github.lrfbench.kernels.cuda.stream.BlockList;
import io.github.lrfbench.kernels.cuda.stream.CudaContext;
import io.github.lrfbench.kernels.cuda.stream.CudaEvent;
import io.github.lrfbench.kernels.cuda.stream.CudaStream;
import io.github.lrfbench.kernels.cuda.stream.DeviceMemory;
import io.github.lrfbench.kernels.cuda.stream.DeviceProperties;
import io.github.lrfbench.kernels.cuda.stream.NotCapturableException;
import io.github.lrfbench.kernels.cuda.tensor.CudaScope;
import io.github.lrfbench.kernels.cuda.tensor.CudaTensor;
import io.github.lrfbench.kernels.cuda.tensor.Gpu;
import io.github.lrfbench.kernels.host.Arguments;
import io.github.lrfbench.kernels.host.Workers;
import io.github.lrfbench.kernels.ops.Batched;
import io.github.lrfbench.kernels.ops.Blas;
import io.github.lrfbench.kernels.ops.Lapack;
import io.github.lrfbench.kernels.ops.Nn;
import io.github.lrfbench.kernels.ops.NnGradients;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import jcuda.driver.CUgraph;

/**
 * A GPU. It computes in F64, F32, F16 and BF16, with sums in F32 at least.
 *
 * <p>Kernels are queued on a stream and done later. All threads share the main stream, except the
 * workers of {@link #forEach}, each of which has its own: work of one task can overtake another's,
 * while a loop as a whole comes after what was queued before it, and before what is queued later.
 */
public final class CudaDevice implements Gpu {
  private static final int MOST_WORKERS = 4;

  private final int index;
  private final ProductRounding rounding;
  private final CudaContext context;
  private final DeviceMemory memory;
  private final Arguments arguments = new Arguments(this::requireHere);
  private final Workers workers;
  private final CudaStream main;
  private final Set<CudaStream> workerStreams = ConcurrentHashMap.newKeySet();
  private final ThreadLocal<CudaStream> ownStream = new ThreadLocal<>();
  private final Set<CudaGraph> graphs = ConcurrentHashMap.newKeySet();
  private final Blas blas;
  private final Lapack lapack;
  private final Batched batched;
  private final CudaNn nn;
  private final NnGradients gradients;
  private final Map<String, Long> fallbacks = new ConcurrentHashMap<>();
  private KernelModules modules;
  private DeviceMonitor monitor;
  private volatile boolean open = true;

  CudaDevice(int index, DeviceOptions options) {
    this.index = index;
    rounding = options.rounding();
    context = new CudaContext(index);
    memory = new DeviceMemory(id(), context);
    main = newStream();
    workers = new Workers(options.threads() == 0 ? defaultThreads() : options.threads());
    MatrixKernels kernels = new MatrixKernels(this);
    Gemm gemm = new Gemm(this, kernels, ProductRounding.NONE);
    boolean int8 = rounding == ProductRounding.INT8;
    Gemm rounded = int8 ? gemm : new Gemm(this, kernels, rounding);
    blas = new CudaBlas(this, kernels, gemm);
    lapack = new CudaLapack(this, kernels, gemm);
    batched = new CudaBatched(this, kernels, gemm);
    nn = new CudaNn(this, rounded, int8);
    gradients = new CudaGradients(this, rounded);
  }

  private static int defaultThreads() {
    return Math.min(MOST_WORKERS, Runtime.getRuntime().availableProcessors());
  }

  private CudaStream newStream() {
    return new CudaStream(memory, properties());
  }

  @Override
  public DeviceProperties properties() {
    return context.properties();
  }

  @Override
  public ProductRounding rounding() {
    return rounding;
  }

  /** Products of 8 bits alone are layers' and ours to leave out; cuBLAS rounds for good. */
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
  public Arguments arguments() {
    return arguments;
  }

  @Override
  public CudaStream stream() {
    requireOpen();
    context.enter();
    CudaStream own = ownStream.get();
    return own == null ? main : own;
  }

  /**
   * Measures on which sizes the fused low-rank product is faster than two products, chooses by that
   * from now on, and keeps it for later processes.
   *
   * @param log receives lines on what is being measured
   * @throws UncheckedIOException if it cannot be kept; this process uses it all the same
   */
  @Override
  public void tune(Consumer<String> log) {
    LowRankCrossover measured = new LowRankTuning(this, log).run(LowRankTuning.Sizes.ALL);
    nn.use(measured);
    try {
      measured.write(this);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot keep the times of low-rank products", e);
    }
  }

  @Override
  public synchronized KernelModules modules() {
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
  public Map<String, String> software() {
    return CudaSoftware.describe(properties());
  }

  @Override
  public synchronized DeviceMonitor monitor() {
    if (monitor == null) {
      monitor = NvmlMonitor.open(context.pciBusId());
    }
    return monitor;
  }

  @Override
  public int threads() {
    return workers.threads();
  }

  @Override
  public Scope openScope() {
    requireOpen();
    return new CudaScope(this);
  }

  @Override
  public Blas blas() {
    return blas;
  }

  @Override
  public Lapack lapack() {
    return lapack;
  }

  @Override
  public Batched batched() {
    return batched;
  }

  @Override
  public Nn nn() {
    return nn;
  }

  @Override
  public Map<String, Long> fallbacks() {
    return new TreeMap<>(fallbacks);
  }

  @Override
  public void fellBackTo(String routine) {
    fallbacks.merge(routine, 1L, Long::sum);
  }

  @Override
  public NnGradients gradients() {
    return gradients;
  }

  @Override
  public void forEach(int count, IntConsumer task) {
    CudaStream caller = stream();
    if (count < 2 || workers.width() == 1 || caller.isCapturing()) {
      for (int i = 0; i < count; i++) {
        task.accept(i);
      }
      return;
    }
    Thread callingThread = Thread.currentThread();
    Set<CudaStream> used = ConcurrentHashMap.newKeySet();
    try {
      workers.forEach(
          count,
          i -> {
            if (Thread.currentThread() != callingThread) {
              CudaStream own = workerStream();
              if (used.add(own)) {
                own.waitFor(caller);
              }
            }
            task.accept(i);
          });
    } finally {
      used.forEach(caller::waitFor);
    }
  }

  private CudaStream workerStream() {
    context.enter();
    CudaStream own = ownStream.get();
    if (own == null) {
      own = newStream();
      workerStreams.add(own);
      ownStream.set(own);
    }
    return own;
  }

  @Override
  public void synchronize() {
    stream().synchronize();
  }

  @Override
  public boolean isLost() {
    requireOpen();
    return context.isLost();
  }

  @Override
  public CapturedGraph capture(Runnable work, long mostCopied) {
    CudaStream home = stream();
    home.requireNotCapturing("a capture");
    CudaStream captureStream = home.captureStream();
    // Threads that share a stream share the one that it captures on.
    synchronized (captureStream) {
      return capture(home, captureStream, work);
    }
  }

  private CapturedGraph capture(CudaStream home, CudaStream captureStream, Runnable work) {
    BlockList blocks = memory.newPrivateList(home.blocks());
    CudaGraph graph = null;
    ownStream.set(captureStream);
    captureStream.useBlocks(blocks);
    RoundedWeights weights = new RoundedWeights(this);
    try {
      // Done once as it is: that compiles kernels and fills caches, which no graph can.
      captureStream.waitFor(home);
      try {
        weights.around(work, true);
      } finally {
        home.waitFor(captureStream);
      }
      CUgraph captured = captureOn(captureStream, () -> weights.around(work, false));
      if (captured != null) {
        graph = new CudaGraph(this, home, blocks, weights, captured);
        graphs.add(graph);
      }
    } finally {
      captureStream.useBlocks(null);
      ownStream.set(home == main ? null : home);
      if (graph == null) {
        weights.close();
        memory.closeList(blocks);
      }
    }
    return graph == null ? CapturedGraph.ofRunning(work) : graph;
  }

  /** What the work queues on the stream, or null if that cannot be captured. */
  private static CUgraph captureOn(CudaStream captureStream, Runnable work) {
    boolean complete = false;
    CUgraph graph = null;
    captureStream.beginCapture();
    try {
      work.run();
      complete = true;
    } catch (NotCapturableException | CudaCallException e) {
      // If the work fails for another reason than the capture, it will do so again and say why.
    } finally {
      graph = captureStream.endCapture();
      if (!complete) {
        CudaGraph.discard(graph);
      }
    }
    return complete ? graph : null;
  }

  /** Frees what a closed graph held, unless the device has done so. */
  void forget(CudaGraph graph) {
    if (graphs.remove(graph)) {
      try {
        context.enter();
        graph.destroy(memory);
      } catch (CudaCallException e) {
        if (!context.isLost()) {
          throw e;
        }
      }
    }
  }

  @Override
  public Timing time(Runnable work) {
    CudaStream stream = stream();
    stream.synchronize();
    try (CudaEvent first = new CudaEvent();
        CudaEvent last = new CudaEvent()) {
      long start = System.nanoTime();
      first.record(stream);
      work.run();
      last.record(stream);
      stream.synchronize();
      double wallMillis = (System.nanoTime() - start) / 1e6;
      return new Timing(wallMillis, last.millisSince(first));
    }
  }

  @Override
  public MemoryUse memory() {
    return memory.use();
  }

  @Override
  public void resetPeakMemory() {
    memory.resetPeak();
  }

  @Override
  public synchronized void close() {
    if (open) {
      workers.close();
      if (context.isLost()) {
        open = false;
        memory.abandon();
        context.abandon();
        return;
      }
      List.copyOf(graphs).forEach(CudaGraph::close);
      open = false;
      workerStreams.forEach(CudaStream::close);
      if (modules != null) {
        modules.close();
      }
      main.close();
      memory.close();
      context.close();
    }
  }

  @Override
  public void requireOpen() {
    if (!open) {
      throw new IllegalStateException("the device is closed");
    }
  }

  private void requireHere(Tensor tensor) {
    if (CudaTensor.of(tensor).device() != this) {
      throw new IllegalArgumentException(
          "the tensor lives on another opening of " + tensor.device().id() + " than this " + id());
    }
  }
}
