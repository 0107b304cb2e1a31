package io.github.lrfbench.harness.compress.allocate;

import java.util.List;
import java.util.Map;

/** How errors of different matrices become comparable: w in Σ w ‖error‖². */
@FunctionalInterface
public interface Importance {
  /** Errors as they are, which favours matrices of large norm. */
  Importance EQUAL = matrix -> 1;

  /** Errors relative to what is cut: w = 1 / the energy. A matrix of zeros counts nothing. */
  Importance RELATIVE = matrix -> matrix.points().energy() > 0 ? 1 / matrix.points().energy() : 0;

  /** The weight of a matrix, at least 0. */
  double weight(Candidate matrix);

  /**
   * Measured weights.
   *
   * @param byName for every matrix
   */
  static Importance of(Map<String, Double> byName) {
    return matrix -> byName.get(matrix.name());
  }

  /** The weights of all matrices. */
  default double[] weights(List<Candidate> matrices) {
    return matrices.stream().mapToDouble(this::weight).toArray();
  }
}
