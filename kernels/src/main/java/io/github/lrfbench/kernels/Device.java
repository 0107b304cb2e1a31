package io.github.lrfbench.kernels;

import io.github.lrfbench.kernels.ops.Blas;
import io.github.lrfbench.kernels.ops.Lapack;
import io.github.lrfbench.kernels.ops.Nn;
import io.github.lrfbench.kernels.ops.NnGradients;
import java.util.function.IntConsumer;

/** A place where tensors live and kernels run. Opened by {@link Devices#open}. */
public interface Device extends AutoCloseable {
  /** What the user calls it: {@code cpu}, {@code cuda:0}. */
  String id();

  /** What the maker calls it, for the results: a processor or GPU name. */
  String name();

  /** Number of host threads that kernels use. */
  int threads();

  /** Opens an arena for tensors on this device. */
  Scope openScope();

  /** Matrix products. */
  Blas blas();

  /** Factorizations. */
  Lapack lapack();

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
}
