package io.github.lrfbench.kernels.lowrank;

/**
 * What a matrix costs as two factors, and what it costs dense. Biases are not counted: they are the
 * same in both.
 *
 * @param outputs m
 * @param inputs n
 * @param rank r
 */
public record LowRankCost(int outputs, int inputs, int rank) {
  /** Checks the numbers. */
  public LowRankCost {
    if (outputs < 0 || inputs < 0 || rank < 0) {
      throw new IllegalArgumentException(
          "negative size: " + outputs + " x " + inputs + " of rank " + rank);
    }
  }

  /** Numbers stored: r (m + n). */
  public long parameters() {
    return (long) rank * ((long) outputs + inputs);
  }

  /** Floating-point operations for one row: 2 r (m + n). */
  public long flopsPerRow() {
    return 2 * parameters();
  }

  /** Numbers that the dense matrix stores: m n. */
  public long denseParameters() {
    return (long) outputs * inputs;
  }

  /** Operations of the dense matrix for one row: 2 m n. */
  public long denseFlopsPerRow() {
    return 2 * denseParameters();
  }

  /** True if the factors store fewer numbers than the matrix. */
  public boolean saves() {
    return parameters() < denseParameters();
  }

  /**
   * The rank m n / (m + n) at which factors and matrix cost the same in parameters and operations.
   */
  public static double breakEvenRank(int outputs, int inputs) {
    return (double) outputs * inputs / ((double) outputs + inputs);
  }
}
