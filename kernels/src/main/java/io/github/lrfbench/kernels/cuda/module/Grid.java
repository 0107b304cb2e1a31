package io.github.lrfbench.kernels.cuda.module;

/**
 * Numbers of blocks of a launch in three directions. None at all is allowed: such a launch does
 * nothing.
 */
public record Grid(long x, long y, long z) {
  private static final long MAX_X = Integer.MAX_VALUE;
  private static final long MAX_YZ = 65_535;

  /**
   * Checks the limits of CUDA.
   *
   * @throws IllegalArgumentException if one is exceeded
   */
  public Grid {
    if (x < 0 || y < 0 || z < 0 || x > MAX_X || y > MAX_YZ || z > MAX_YZ) {
      throw new IllegalArgumentException(
          "a grid of " + x + " x " + y + " x " + z + " blocks is outside CUDA's limits");
    }
  }

  /** Blocks in one direction. */
  public static Grid of(long x) {
    return new Grid(x, 1, 1);
  }

  /** Blocks of {@code size} threads, enough for {@code count} of them. */
  public static Grid covering(long count, int size) {
    return of((count + size - 1) / size);
  }

  /** Whether a launch does nothing. */
  public boolean isEmpty() {
    return x == 0 || y == 0 || z == 0;
  }
}
