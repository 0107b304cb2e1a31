package io.github.lrfbench.harness.compress.structure;

import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** In which order neurons are worth keeping, by the second moments C of their outputs. */
final class NeuronOrder {
  /** Removals whose updates are applied together, as products of matrices. */
  private static final int BATCH = 64;

  private NeuronOrder() {}

  /**
   * L with L Lᵀ = C.
   *
   * @param c F64 [n, n], destroyed
   * @return null if the matrix is not positive definite, or no matrix of numbers
   */
  static Matrix root(Matrix c, Scope scope) {
    try {
      return scope.device().lapack().cholesky(c) ? c : null;
    } catch (ArithmeticException e) {
      return null;
    }
  }

  /** C⁻¹ of its root. */
  static Matrix inverse(Matrix root, Scope scope) {
    int n = root.rows();
    Matrix inverse = Matrices.allocate(scope, n, n);
    try (Scope scratch = scope.device().openScope()) {
      Matrix left = Matrix.of(scratch.zeros(DType.F64, n, n));
      Matrices.addToDiagonal(left, 1);
      scope.device().lapack().solveLower(false, root, left);
      scope.device().blas().syrk(true, left, inverse);
    }
    return inverse;
  }

  /**
   * By ridge leverage scores, the largest first: the diagonal of C (C + λ)⁻¹, which is 1 less λ
   * times that of the inverse.
   *
   * @param root of C + λ
   */
  static int[] byLeverage(Matrix root, Scope scope) {
    double[] inverse = Matrices.diagonal(inverse(root, scope));
    return IntStream.range(0, inverse.length)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> inverse[i]))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  /**
   * By removing the cheapest neuron again and again, the last one first. With P = C⁻¹ and G = Wᵀ W
   * of those that are left, a removal costs G[j, j] / P[j, j]; the others then make up for it: W
   * loses W[:, j] pᵀ, with p = P[:, j] / P[j, j], and P loses P[:, j] pᵀ. Of W only G is looked at,
   * which loses p hᵀ + h pᵀ with h = G[:, j] − p G[j, j] / 2.
   *
   * @param p F64 [n, n], destroyed
   * @param g F64 [n, n], destroyed
   */
  static int[] byRemoval(Matrix p, Matrix g) {
    int n = p.rows();
    int[] order = new int[n];
    int left = n;
    int[] present = IntStream.range(0, n).toArray();
    try (Scope scope = p.device().openScope()) {
      Removals removals = new Removals(p, g);
      while (left > 0) {
        for (int removed : removals.remove(Math.min(BATCH, left))) {
          order[--left] = present[removed];
        }
        if (left > 0 && 4 * left < 3 * removals.size()) {
          int[] alive = removals.alive();
          present = take(present, alive);
          removals =
              new Removals(
                  Rows.symmetric(removals.p, alive, scope),
                  Rows.symmetric(removals.g, alive, scope));
        }
      }
    }
    return order;
  }

  private static int[] take(int[] of, int[] numbers) {
    return Arrays.stream(numbers).map(i -> of[i]).toArray();
  }

  /** Neurons of which some are removed, without making the matrices smaller. */
  private static final class Removals {
    private final Matrix p;
    private final Matrix g;
    private final boolean[] gone;

    Removals(Matrix p, Matrix g) {
      this.p = p;
      this.g = g;
      this.gone = new boolean[p.rows()];
    }

    int size() {
      return gone.length;
    }

    int[] alive() {
      return IntStream.range(0, gone.length).filter(i -> !gone[i]).toArray();
    }

    /** Removes the next, and returns them in the order in which they went. */
    int[] remove(int count) {
      int n = size();
      double[][] columns = new double[count][];
      double[][] scaled = new double[count][];
      double[][] halves = new double[count][];
      double[] ofP = Matrices.diagonal(p);
      double[] ofG = Matrices.diagonal(g);
      int[] removed = new int[count];
      for (int t = 0; t < count; t++) {
        int next = cheapest(ofP, ofG);
        removed[t] = next;
        gone[next] = true;
        double[] column = row(p, next);
        double[] half = row(g, next);
        for (int s = 0; s < t; s++) {
          subtract(scaled[s][next], columns[s], column);
          subtract(halves[s][next], scaled[s], half);
          subtract(scaled[s][next], halves[s], half);
        }
        double[] own = new double[n];
        double pivot = column[next];
        for (int j = 0; j < n; j++) {
          own[j] = column[j] / pivot;
        }
        subtract(half[next] / 2, own, half);
        for (int j = 0; j < n; j++) {
          ofP[j] -= column[j] * own[j];
          ofG[j] -= 2 * own[j] * half[j];
        }
        columns[t] = column;
        scaled[t] = own;
        halves[t] = half;
      }
      apply(columns, scaled, halves);
      return removed;
    }

    private int cheapest(double[] ofP, double[] ofG) {
      int found = -1;
      double least = Double.POSITIVE_INFINITY;
      for (int j = 0; j < ofP.length; j++) {
        double cost = Math.max(0, ofG[j]) / ofP[j];
        if (!gone[j] && (found < 0 || cost < least)) {
          found = j;
          least = cost;
        }
      }
      return found;
    }

    private static double[] row(Matrix x, int row) {
      double[] values = new double[x.cols()];
      x.data().read(x.offset() + (long) row * x.stride(), values, 0, values.length);
      return values;
    }

    /** {@code y -= factor x}. */
    private static void subtract(double factor, double[] x, double[] y) {
      for (int j = 0; j < y.length; j++) {
        y[j] -= factor * x[j];
      }
    }

    private void apply(double[][] columns, double[][] scaled, double[][] halves) {
      Device device = p.device();
      try (Scope scratch = device.openScope()) {
        Matrix u = matrix(columns, scratch);
        Matrix v = matrix(scaled, scratch);
        Matrix h = matrix(halves, scratch);
        device.blas().gemm(true, false, -1, u, v, 1, p);
        device.blas().gemm(true, false, -1, v, h, 1, g);
        device.blas().gemm(true, false, -1, h, v, 1, g);
      }
    }

    private static Matrix matrix(double[][] rows, Scope scope) {
      Matrix matrix = Matrices.allocate(scope, rows.length, rows[0].length);
      for (int i = 0; i < rows.length; i++) {
        matrix.data().write((long) i * matrix.cols(), rows[i], 0, matrix.cols());
      }
      return matrix;
    }
  }
}
