package io.github.lrfbench.harness.compress.allocate;

import java.util.Arrays;

/**
 * What an allocator knows of one matrix W of [rows, cols].
 *
 * @param name of its slot
 * @param type what it does in every block; matrices of one type may be treated as a group
 * @param rows m
 * @param cols n
 * @param values the min(m, n) singular values of the matrix that the method cuts, in descending
 *     order: of W itself, or of W times what the method weighs inputs by
 */
public record MatrixSpectrum(String name, String type, int rows, int cols, double[] values) {
  /** Checks that all singular values are there. */
  public MatrixSpectrum {
    if (values.length != Math.min(rows, cols)) {
      throw new IllegalArgumentException(
          name + " has " + Math.min(rows, cols) + " singular values, not " + values.length);
    }
  }

  /** The largest rank, which stands for the matrix as it is. */
  public int fullRank() {
    return values.length;
  }

  /** Numbers in W. */
  public long parameters() {
    return (long) rows * cols;
  }

  /** Σ σ², the squared norm of what is cut. */
  public double energy() {
    return squaredTail(0);
  }

  /** The squared error of rank r: Σ over i &gt; r of σᵢ². */
  public double squaredTail(int rank) {
    double sum = 0;
    for (int i = values.length - 1; i >= rank; i--) {
      sum += values[i] * values[i];
    }
    return sum;
  }

  /** {@link #squaredTail} of all ranks from 0 to {@link #fullRank}. */
  double[] squaredTails() {
    double[] tails = new double[values.length + 1];
    for (int i = values.length - 1; i >= 0; i--) {
      tails[i] = tails[i + 1] + values[i] * values[i];
    }
    return tails;
  }

  @Override
  public String toString() {
    return name + " [" + rows + ", " + cols + "] " + Arrays.toString(values);
  }
}
