package io.github.lrfbench.kernels.svd;

/**
 * Where the singular values of U S Vᵀ go when the product is written as two factors. All give the
 * same product; they differ in the norms of the factors, which matters to fine-tuning and to small
 * number formats.
 */
public enum SigmaSplit {
  /** (U √S) (√S Vᵀ): factors of equal norms, AᵀA = B Bᵀ = S. */
  BOTH,
  /** (U S) Vᵀ. */
  UP,
  /** U (S Vᵀ). */
  DOWN;

  /** What the column of U of a singular value is multiplied by. */
  double up(double sigma) {
    return switch (this) {
      case BOTH -> Math.sqrt(sigma);
      case UP -> sigma;
      case DOWN -> 1;
    };
  }

  /** What the row of Vᵀ of a singular value is multiplied by. */
  double down(double sigma) {
    return switch (this) {
      case BOTH -> Math.sqrt(sigma);
      case UP -> 1;
      case DOWN -> sigma;
    };
  }
}
