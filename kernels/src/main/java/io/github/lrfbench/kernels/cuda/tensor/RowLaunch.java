package io.github.lrfbench.kernels.cuda.tensor;

import io.github.lrfbench.kernels.cuda.module.KernelVariant;

/**
 * How a row that stays in registers is shared out: a block of whole warps a row.
 *
 * @param threads of the block, a multiple of 32
 * @param vectors accesses of each thread
 */
public record RowLaunch(int threads, int vectors) {
  private static final int WARP = 32;
  private static final int MAX_THREADS = 1024;

  /** So many threads have all registers that a thread can use. */
  private static final int FREE_THREADS = 256;

  /** Accesses that a thread makes where the row allows: enough loads are then under way. */
  private static final int VECTORS = 4;

  /** More would take long to compile; what does not fit in registers is spilled. */
  private static final int MAX_VECTORS = 32;

  /**
   * Shares out a row.
   *
   * @param operation for the message
   * @param cols elements of the row
   * @param vector elements of an access
   * @throws IllegalArgumentException if the row is too long
   */
  public static RowLaunch of(String operation, int cols, int vector) {
    int accesses = Math.max(1, (cols + vector - 1) / vector);
    int vectors = VECTORS;
    while (vectors < MAX_VECTORS && (long) vectors * MAX_THREADS < accesses) {
      vectors *= 2;
    }
    int warps = (accesses + WARP * vectors - 1) / (WARP * vectors);
    int threads = WARP * warps;
    if (threads > MAX_THREADS) {
      throw new IllegalArgumentException(
          operation + " of rows of " + cols + " elements, more than a block can hold");
    }
    return new RowLaunch(threads, (accesses + threads - 1) / threads);
  }

  /** The macros of a kernel that holds rows in this way. */
  public KernelVariant in(KernelVariant kernel) {
    // Registers are shared out when a kernel is compiled, by the most threads that it may have.
    int bound = threads <= FREE_THREADS ? FREE_THREADS : MAX_THREADS;
    return kernel.with("VECTORS", vectors).with("BOUND", bound);
  }
}
