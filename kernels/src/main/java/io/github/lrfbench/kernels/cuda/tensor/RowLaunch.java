package io.github.lrfbench.kernels.cuda.tensor;

/**
 * How a row that stays in registers is shared out: a block of whole warps a row.
 *
 * @param threads of the block, a multiple of 32
 * @param vectors accesses of each thread
 */
public record RowLaunch(int threads, int vectors) {
  private static final int WARP = 32;
  private static final int MAX_THREADS = 1024;

  /** Accesses that a thread makes where the row allows: enough loads are then under way. */
  private static final int VECTORS = 4;

  /** More would not fit in registers. */
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
}
