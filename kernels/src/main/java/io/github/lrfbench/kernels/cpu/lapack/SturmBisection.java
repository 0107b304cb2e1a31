package io.github.lrfbench.kernels.cpu.lapack;

import java.util.Arrays;

/**
 * Eigenvalues of a symmetric tridiagonal matrix T by bisection: the number of negative pivots of T
 * - xI is the number of eigenvalues below x (Givens 1954; backward stable by Kahan 1966).
 *
 * <p>All wanted eigenvalues are bisected at the same time, so that the division, which is what a
 * Sturm sequence spends its time on, runs on vectors.
 */
final class SturmBisection {
  /** Turns the sign of any pivot into ±1 by clamping; T is scaled to norm 1. */
  private static final double HUGE = 1e300;

  /** Added to every pivot, so that none is zero: far below the rounding of a matrix of norm 1. */
  private static final double TINY = 1e-30;

  /** Width of the last interval, relative to |T|: rounding moves eigenvalues by as much. */
  private static final double RESOLUTION = 0x1p-52;

  private static final int MAX_SWEEPS = 60;

  private final double[] diagonal;
  private final double[] squares;

  /**
   * Prepares a matrix whose entries are at most 1 in magnitude.
   *
   * @param diagonal [n]
   * @param offDiagonal [n - 1]
   */
  SturmBisection(double[] diagonal, double[] offDiagonal) {
    this.diagonal = diagonal;
    this.squares = new double[diagonal.length];
    for (int i = 1; i < squares.length; i++) {
      squares[i] = offDiagonal[i - 1] * offDiagonal[i - 1];
    }
  }

  /** The {@code count} largest eigenvalues in descending order, each to the last bits of |T|. */
  double[] largest(int count) {
    int n = diagonal.length;
    double bound = 0;
    for (int i = 0; i < n; i++) {
      double next = i + 1 < n ? Math.sqrt(squares[i + 1]) : 0;
      bound = Math.max(bound, Math.abs(diagonal[i]) + Math.sqrt(squares[i]) + next);
    }
    double[] low = new double[count];
    double[] high = new double[count];
    Arrays.fill(low, -bound);
    Arrays.fill(high, bound);
    double[] middle = new double[count];
    double[] balance = new double[count];
    double[] pivots = new double[count];
    for (int sweep = 0; sweep < MAX_SWEEPS; sweep++) {
      boolean done = true;
      for (int j = 0; j < count; j++) {
        middle[j] = 0.5 * (low[j] + high[j]);
        done &=
            middle[j] <= low[j] || middle[j] >= high[j] || high[j] - low[j] <= RESOLUTION * bound;
      }
      if (done) {
        break;
      }
      balance(middle, pivots, balance);
      for (int j = 0; j < count; j++) {
        double below = (n - balance[j]) / 2;
        if (below >= n - j) {
          high[j] = middle[j];
        } else {
          low[j] = middle[j];
        }
      }
    }
    return middle;
  }

  /** Positive less negative pivots of T - xI for each x. */
  private void balance(double[] x, double[] pivots, double[] balance) {
    Arrays.fill(balance, 0);
    Arrays.fill(pivots, Double.POSITIVE_INFINITY);
    for (int i = 0; i < diagonal.length; i++) {
      eliminate(diagonal[i], squares[i], x, pivots, balance);
    }
  }

  // Its own method, free of branches, so that the compiler makes vector code of it.
  private static void eliminate(
      double diagonal, double square, double[] x, double[] pivots, double[] balance) {
    for (int j = 0; j < x.length; j++) {
      double pivot = diagonal - x[j] - square / pivots[j] + TINY;
      pivots[j] = pivot;
      balance[j] += Math.min(1, Math.max(-1, pivot * HUGE));
    }
  }
}
