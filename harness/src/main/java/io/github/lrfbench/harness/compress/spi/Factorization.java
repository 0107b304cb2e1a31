package io.github.lrfbench.harness.compress.spi;

import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;

/**
 * A matrix W of [m, n], factorized as a method sees it, ready to be stored at any of its points. It
 * lives as long as the scope of the {@link FactorRequest} that it was made for.
 */
public interface Factorization {
  /** The points. Their errors are known where the request asked for that. */
  OperatingPoints points();

  /**
   * The form of a point.
   *
   * @param point no dearer than the one that the request asked for
   * @param scope owns the form
   */
  Fit fit(int point, Scope scope);

  /**
   * ‖W − Ŵ‖² in a metric at every point that saves anything, from the cheapest on.
   *
   * @param w W, F64 [m, n], not modified
   */
  default double[] squaredErrors(Matrix w, ErrorMetric metric) {
    double[] errors = new double[Math.max(1, points().saving())];
    for (int point = 0; point < errors.length; point++) {
      try (Scope scratch = w.device().openScope()) {
        Matrix difference = MatrixErrors.difference(w, fit(point, scratch).map(), scratch);
        errors[point] = metric.squared(difference, scratch);
      }
    }
    return errors;
  }

  /**
   * What the loss changes by to first order where the part of each point is taken away: −⟨G, P⟩, P
   * being what the form of a point adds to that of the point before it.
   *
   * @param gradient Gᵀ, the transposed gradient of the loss by W, F64 [n, m]
   * @return for every point; of those that nothing was asked of, 0
   * @throws UnsupportedOperationException if the forms are not parts of each other, see {@link
   *     Compressor#nests}
   */
  default double[] firstOrder(Matrix gradient) {
    throw new UnsupportedOperationException("the points are not parts of each other");
  }

  /**
   * Whether all {@link #squaredErrors} are measured. They are not where every point takes a long
   * solution of its own: most then are estimates.
   */
  default boolean measuresAll() {
    return true;
  }

  /**
   * What takes the place of a matrix.
   *
   * @param map without a bias; its numbers may be in double precision still
   * @param diagnostics what the method knows of it
   */
  record Fit(Linear map, Diagnostics diagnostics) {}
}
