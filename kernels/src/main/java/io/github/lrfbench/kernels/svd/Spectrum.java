package io.github.lrfbench.kernels.svd;

/**
 * What is known of the singular values σ of a matrix W.
 *
 * @param values the largest ones in descending order; all of them, or as many as were computed
 * @param size min(m, n), the number of singular values that W has
 * @param norm ‖W‖ (Frobenius), the root of the sum of all σ²
 * @param exact false if the values are estimates from below, as a randomized algorithm gives them
 */
public record Spectrum(double[] values, int size, double norm, boolean exact) {
  /** Keeps a copy of the values. */
  public Spectrum {
    values = values.clone();
    if (values.length > size) {
      throw new IllegalArgumentException(values.length + " of " + size + " singular values");
    }
  }

  /** A copy of the known values. */
  @Override
  public double[] values() {
    return values.clone();
  }

  /** How many values are known. */
  public int known() {
    return values.length;
  }

  /** σ of index {@code i}, 0 being the largest. */
  public double value(int i) {
    return values[i];
  }

  /** The share of ‖W‖² that the first {@code rank} values hold; 1 for a zero matrix. */
  public double energyKept(int rank) {
    requireKnown(rank);
    if (norm == 0 || rank == size) {
      return 1;
    }
    return Math.min(1, sumOfSquares(0, rank));
  }

  /**
   * {@code sqrt(‖W‖² - Σ σ²)} over the first {@code rank} values: the Frobenius error of the matrix
   * that keeps them, and the smallest possible one if the values are exact (Eckart and Young 1936).
   *
   * <p>Summed from the dropped values where all are known, else a difference, which cannot tell
   * errors below 1e-8 of the norm from zero.
   */
  public double tail(int rank) {
    requireKnown(rank);
    if (norm == 0 || rank == size) {
      return 0;
    }
    double squares = values.length == size ? sumOfSquares(rank, size) : 1 - sumOfSquares(0, rank);
    return norm * Math.sqrt(Math.max(0, squares));
  }

  // Smallest first, relative to the norm: no cancellation among them, no overflow.
  private double sumOfSquares(int from, int to) {
    double sum = 0;
    for (int i = to - 1; i >= from; i--) {
      sum += square(i);
    }
    return sum;
  }

  private double square(int i) {
    double ratio = norm == 0 ? 0 : values[i] / norm;
    return ratio * ratio;
  }

  private void requireKnown(int rank) {
    if (rank < 0 || rank > values.length) {
      throw new IllegalArgumentException(
          "rank " + rank + ", but " + values.length + " of " + size + " values are known");
    }
  }
}
