package io.github.lrfbench.kernels.svd;

import io.github.lrfbench.kernels.InputException;

/**
 * How to compute a truncated SVD.
 *
 * @param algorithm which way
 * @param tolerance how far above the optimal error {@link SvdAlgorithm#AUTO} may end, relative to
 *     the optimum
 * @param oversampling columns beyond the rank that {@link SvdAlgorithm#RANDOMIZED} draws
 * @param powerIterations products with W Wᵀ of {@link SvdAlgorithm#RANDOMIZED}
 * @param seed of its Gaussian matrix
 */
public record SvdOptions(
    SvdAlgorithm algorithm, double tolerance, int oversampling, int powerIterations, long seed) {
  /** Automatic, within 1e-4 of the optimum; 10 columns and 2 power iterations. */
  public static final SvdOptions DEFAULT = new SvdOptions(SvdAlgorithm.AUTO, 1e-4, 10, 2, 0);

  /** Checks the numbers. */
  public SvdOptions {
    if (!(tolerance >= 0)) {
      throw new InputException("the SVD's tolerance must not be negative, but is " + tolerance);
    }
    if (oversampling < 0 || powerIterations < 0) {
      throw new InputException(
          "oversampling and power iterations must not be negative, but are "
              + oversampling
              + " and "
              + powerIterations);
    }
  }

  /** The default options for another algorithm. */
  public static SvdOptions of(SvdAlgorithm algorithm) {
    return DEFAULT.with(algorithm);
  }

  /** These options with another algorithm. */
  public SvdOptions with(SvdAlgorithm other) {
    return new SvdOptions(other, tolerance, oversampling, powerIterations, seed);
  }

  /** These options with another seed. */
  public SvdOptions withSeed(long other) {
    return new SvdOptions(algorithm, tolerance, oversampling, powerIterations, other);
  }

  /** These options with another tolerance. */
  public SvdOptions withTolerance(double other) {
    return new SvdOptions(algorithm, other, oversampling, powerIterations, seed);
  }
}
