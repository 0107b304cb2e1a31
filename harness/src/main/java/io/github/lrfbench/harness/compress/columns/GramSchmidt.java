package io.github.lrfbench.harness.compress.columns;

import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;

/**
 * An orthonormal basis of vectors that are taken one after the other: the QR factorization of the
 * matrix whose columns they are, a column at a time. Every vector is made orthogonal to the basis
 * twice, so that the basis is orthonormal to rounding as that of Householder's reflections is.
 *
 * <p>Of every vector the squared length outside of the basis is known. It is brought down from step
 * to step and computed anew where more than half of its digits have cancelled (Businger and Golub
 * 1965, with the test of Drmač and Bujanović 2008).
 */
final class GramSchmidt {
  private static final double HALF_THE_DIGITS = 0x1p-26;

  private final Device device;
  private final Matrix vectors;
  private final Matrix basis;
  private final Matrix products;
  private final double[] left;
  private final double[] computed;
  private final boolean[] taken;
  private final double negligible;
  private int count;

  /**
   * Nothing is taken yet.
   *
   * @param vectors F64 [N, d], a vector to a row, not modified
   * @param most how many will be taken, at most N
   * @param scope owns the basis
   * @throws ArithmeticException if a number is NaN or infinite
   */
  GramSchmidt(Matrix vectors, int most, Scope scope) {
    this.device = scope.device();
    this.vectors = vectors;
    this.basis = Matrix.of(scope.zeros(DType.F64, most, vectors.cols()));
    this.products = Matrix.of(scope.zeros(DType.F64, most, vectors.rows()));
    this.left = device.blas().rowSquaredNorms(vectors);
    this.computed = left.clone();
    this.taken = new boolean[left.length];
    double largest = 0;
    for (double square : left) {
      if (!Double.isFinite(square)) {
        throw new ArithmeticException("a matrix of which columns are chosen holds NaN or infinity");
      }
      largest = Math.max(largest, square);
    }
    this.negligible = Math.max(vectors.rows(), vectors.cols()) * 0x1p-52 * Math.sqrt(largest);
  }

  /** How many vectors were taken. */
  int count() {
    return count;
  }

  /** The basis, Qᵀ [count, d]; a row of zeros for a vector that those before it span. */
  Matrix basis() {
    return basis.rows(0, count);
  }

  /** What the basis has of every vector, Qᵀ X [count, N]. */
  Matrix products() {
    return products.rows(0, count);
  }

  /** The squared length of a vector outside of the basis. */
  double left(int vector) {
    return left[vector];
  }

  /** Whether a vector was taken, or has nothing outside of the basis. */
  boolean isSpanned(int vector) {
    return taken[vector] || left[vector] <= negligible * negligible;
  }

  boolean isTaken(int vector) {
    return taken[vector];
  }

  /** Takes the vector of which most lies outside of the basis, again and again. */
  int[] takeLargest(int more) {
    int[] order = new int[more];
    for (int step = 0; step < more; step++) {
      int next = -1;
      for (int i = 0; i < left.length; i++) {
        if (!taken[i] && (next < 0 || left[i] > left[next])) {
          next = i;
        }
      }
      take(next);
      order[step] = next;
    }
    return order;
  }

  /** Takes vectors in an order. */
  GramSchmidt take(int[] order) {
    for (int next : order) {
      take(next);
    }
    return this;
  }

  /** Takes a vector. */
  void take(int vector) {
    Matrix q = basis.rows(count, count + 1);
    Matrix row = products.rows(count, count + 1);
    try (Scope scratch = device.openScope()) {
      device.blas().copy(outside(vector, scratch), q);
    }
    double norm = Math.sqrt(device.blas().squaredNorm(q));
    if (norm > negligible) {
      device.blas().scaleRows(q, new double[] {1 / norm});
    } else {
      device.gradients().clear(q);
    }
    device.blas().gemm(false, true, 1, q, vectors, 0, row);
    count++;
    taken[vector] = true;
    double[] change = new double[left.length];
    row.data().read(row.offset(), change, 0, change.length);
    for (int i = 0; i < left.length; i++) {
      left[i] = taken[i] ? 0 : Math.max(0, left[i] - change[i] * change[i]);
      if (!taken[i] && left[i] <= HALF_THE_DIGITS * computed[i] && computed[i] > 0) {
        try (Scope scratch = device.openScope()) {
          left[i] = device.blas().squaredNorm(outside(i, scratch));
          computed[i] = left[i];
        }
      }
    }
  }

  /** A vector less what the basis has of it, [1, d]. */
  private Matrix outside(int vector, Scope scope) {
    Matrix outside = Matrices.toDouble(vectors.rows(vector, vector + 1), scope);
    for (int pass = 0; pass < 2 && count > 0; pass++) {
      Matrix shares = Matrices.product(false, outside, true, basis(), scope);
      device.blas().gemm(false, false, -1, shares, basis(), 1, outside);
    }
    return outside;
  }
}
