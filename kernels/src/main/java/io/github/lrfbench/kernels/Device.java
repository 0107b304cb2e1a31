package io.github.lrfbench.kernels;

import io.github.lrfbench.kernels.ops.Batched;
import io.github.lrfbench.kernels.ops.Blas;
import io.github.lrfbench.kernels.ops.Lapack;
import io.github.lrfbench.kernels.ops.LoopedBatched;
import io.github.lrfbench.kernels.ops.Nn;
import io.github.lrfbench.kernels.ops.NnGradients;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/** A place where tensors live and kernels run. Opened by {@link Devices#open}. */
public interface Device extends AutoCloseable {
  /** Bytes of weights that work which nobody times may have in another form. */
  long MOST_COPIED = 1L << 30;

  /** What the user calls it: {@code cpu}, {@code cuda:0}. */
  String id();

  /** What the maker calls it, for the results: a processor or GPU name. */
  String name();

  /** Number of host threads that kernels use. */
  int threads();

  /**
   * Versions and places of the software that the device computes with, for the record: {@code
   * driver} and {@code cuda} of a GPU, and one entry for each library.
   */
  default Map<String, String> software() {
    return Map.of();
  }

  /**
   * How often a routine was given up for a slower one since the device was opened, by the name of
   * the slower one; none that never was.
   */
  default Map<String, Long> fallbacks() {
    return Map.of();
  }

  /** What the device tells of its energy, clock and other users. */
  default DeviceMonitor monitor() {
    return DeviceMonitor.NONE;
  }

  /** What the factors of F32 products in networks are rounded to. */
  default ProductRounding rounding() {
    return ProductRounding.NONE;
  }

  /**
   * Does work in which no products are rounded but those of layers of 16-bit numbers and, on
   * devices that round for good, all that {@link #rounding} tells of. In the meantime no other
   * thread's products are rounded either.
   */
  default <T> T inFull(Supplier<T> work) {
    return work.get();
  }

  /** Opens an arena for tensors on this device. */
  Scope openScope();

  /** Matrix products. */
  Blas blas();

  /** Factorizations. */
  Lapack lapack();

  /** Products and factorizations of many matrices of one shape. */
  default Batched batched() {
    return new LoopedBatched(this);
  }

  /** Operations of neural networks. */
  Nn nn();

  /**
   * The backward passes of those operations.
   *
   * @throws InputException if the device does not train
   */
  default NnGradients gradients() {
    throw new InputException("the device " + id() + " does not train");
  }

  /**
   * Runs {@code task} for 0 to {@code count - 1}, spread over the device's workers, and returns
   * when all are done. Kernels called from a task use one worker. The first failure is thrown after
   * all workers stopped.
   */
  void forEach(int count, IntConsumer task);

  /** Waits until all work that was given to the device is done. */
  void synchronize();

  /**
   * Whether the device does nothing any more, whatever it is given: a GPU after a fault that only a
   * new process or a restart mends. Waits until it is idle or says so.
   */
  default boolean isLost() {
    return false;
  }

  /**
   * Does some work once, and prepares to do it again with less effort of the host: a GPU replays
   * its kernels as one graph, a processor finds weights packed as its products want them.
   *
   * <p>The work calls kernels only: it neither writes nor reads tensors from the host, and always
   * calls the same kernels with the same tensors. Those that it makes belong to a scope that it
   * closes itself; the others must stay open as long as the graph. Work that does otherwise is run
   * again as it is where that shows. The weights of linear layers stay as they are: a device may
   * keep {@link #MOST_COPIED} of them in another form as well.
   */
  default CapturedGraph capture(Runnable work) {
    return capture(work, MOST_COPIED);
  }

  /**
   * The same.
   *
   * @param mostCopied bytes of weights that the device may keep in another form; those beyond are
   *     multiplied by as they are, which takes longer: work that is timed beside other work should
   *     have all of them or none
   */
  default CapturedGraph capture(Runnable work, long mostCopied) {
    work.run();
    return CapturedGraph.ofRunning(work);
  }

  /** Whether {@link #capture} keeps weights in another form. */
  default boolean copiesWeights() {
    return false;
  }

  /**
   * Does some work that changes no weights of linear layers that are there before it: a processor
   * packs those that it multiplies by several times, and rounds factors of products that it rounds,
   * once and not in every call, for which it takes memory.
   */
  default void withSteadyWeights(Runnable work) {
    work.run();
  }

  /** Does some work, waits until it is done, and says how long that took. */
  default Timing time(Runnable work) {
    synchronize();
    long start = System.nanoTime();
    work.run();
    synchronize();
    return new Timing((System.nanoTime() - start) / 1e6, Double.NaN);
  }

  /**
   * Measures what the device chooses between by size, where it does so, and keeps it for later
   * processes.
   *
   * @param log receives lines on what is being measured
   */
  default void tune(Consumer<String> log) {}

  /** What tensors of this device use. */
  MemoryUse memory();

  /** Forgets the peak: from now on it counts from the bytes in use. */
  void resetPeakMemory();

  @Override
  void close();

  /**
   * Bytes that tensors use.
   *
   * @param currentBytes in use now
   * @param peakBytes the most that was in use since the device was opened or the peak was reset
   */
  record MemoryUse(long currentBytes, long peakBytes) {}

  /**
   * How long some work took.
   *
   * @param wallMillis from before its call until the device was done, by the host's clock
   * @param deviceMillis from the begin of its first kernel to the end of its last, by the device's
   *     clock; NaN if it has none
   */
  record Timing(double wallMillis, double deviceMillis) {}
}
