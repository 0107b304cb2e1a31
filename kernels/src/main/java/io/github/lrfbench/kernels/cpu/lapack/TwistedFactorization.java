package io.github.lrfbench.kernels.cpu.lapack;

/**
 * The factorization of T - λI from both ends to the row where the ends meet with the smallest
 * pivot. There the eigenvector is large, and it follows from the pivots by multiplications alone.
 */
final class TwistedFactorization {
  /** Stands for a pivot of zero: a change far below the rounding of a matrix of norm 1. */
  private static final double TINY = 1e-30;

  /**
   * Eigenvectors decay exponentially away from the twist. Smaller entries are set to this: denormal
   * numbers would be slow in what follows, and so would zeros, because LAPACK's block reflections
   * (larfb) search for columns of zeros, which takes longer than computing with them.
   */
  private static final double NEGLIGIBLE = 1e-25;

  private final double[] diagonal;
  private final double[] offDiagonal;
  private final double[] down;
  private final double[] up;

  /**
   * Prepares a matrix whose entries are at most 1 in magnitude; the arrays are not modified.
   *
   * @param diagonal [n]
   * @param offDiagonal [n - 1]
   */
  TwistedFactorization(double[] diagonal, double[] offDiagonal) {
    this.diagonal = diagonal;
    this.offDiagonal = offDiagonal;
    this.down = new double[diagonal.length];
    this.up = new double[diagonal.length];
  }

  /**
   * The eigenvector of the eigenvalue next to {@code lambda}.
   *
   * @param vector [n], receives it with norm 1
   * @return the norm of its residual, or NaN if there is no vector
   */
  double eigenvector(double lambda, double[] vector) {
    int n = diagonal.length;
    down[0] = nonzero(diagonal[0] - lambda);
    up[n - 1] = nonzero(diagonal[n - 1] - lambda);
    for (int i = 1; i < n; i++) {
      int k = n - 1 - i;
      double above = offDiagonal[i - 1] * (offDiagonal[i - 1] / down[i - 1]);
      double below = offDiagonal[k] * (offDiagonal[k] / up[k + 1]);
      down[i] = nonzero(diagonal[i] - lambda - above);
      up[k] = nonzero(diagonal[k] - lambda - below);
    }
    int twist = 0;
    double pivot = Double.POSITIVE_INFINITY;
    for (int i = 0; i < n; i++) {
      double candidate = Math.abs(down[i] + up[i] - (diagonal[i] - lambda));
      if (candidate < pivot) {
        pivot = candidate;
        twist = i;
      }
    }
    vector[twist] = 1;
    double squares = 1;
    for (int i = twist - 1; i >= 0; i--) {
      vector[i] = -vector[i + 1] * (offDiagonal[i] / down[i]);
      squares += vector[i] * vector[i];
    }
    for (int i = twist + 1; i < n; i++) {
      vector[i] = -vector[i - 1] * (offDiagonal[i - 1] / up[i]);
      squares += vector[i] * vector[i];
    }
    double norm = Math.sqrt(squares);
    for (int i = 0; i < n; i++) {
      vector[i] = Math.abs(vector[i]) < NEGLIGIBLE * norm ? NEGLIGIBLE : vector[i] / norm;
    }
    return norm < Double.POSITIVE_INFINITY ? pivot / norm : Double.NaN;
  }

  private static double nonzero(double pivot) {
    return pivot == 0 ? TINY : pivot;
  }
}
