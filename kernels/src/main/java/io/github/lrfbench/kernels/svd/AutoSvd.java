package io.github.lrfbench.kernels.svd;

import io.github.lrfbench.kernels.DType;

/**
 * Chooses: the Gram matrix in the input's precision, again in double precision if the result cannot
 * be vouched for in single, and the full decomposition if that is not enough either. A randomized
 * decomposition is taken where a loose tolerance lets its proven expected error pass.
 */
final class AutoSvd {
  /** A randomized decomposition wins over the Gram matrix below this share of the dimension. */
  private static final double RANDOMIZED_SHARE = 0.25;

  private AutoSvd() {}

  static SvdFactors solve(Problem problem, SvdOptions options) {
    if (problem.rank() == problem.size()) {
      return ExactSvd.solve(problem);
    }
    double oversampling = oversamplingFor(problem.rank(), options.tolerance());
    if (problem.rank() + oversampling <= RANDOMIZED_SHARE * problem.size()) {
      int columns = Math.max((int) oversampling, options.oversampling());
      return RandomizedSvd.solve(
          problem,
          new SvdOptions(
              SvdAlgorithm.RANDOMIZED,
              options.tolerance(),
              columns,
              options.powerIterations(),
              options.seed()));
    }
    if (problem.w().dtype() == DType.F32) {
      SvdFactors single = GramSvd.solve(problem, DType.F32);
      if (GramAccuracy.isWithin(options.tolerance(), single)) {
        return single;
      }
    }
    SvdFactors twice = GramSvd.solve(problem, DType.F64);
    return GramAccuracy.isWithin(options.tolerance(), twice) ? twice : ExactSvd.solve(problem);
  }

  /**
   * Columns beyond the rank that bring the expected error within {@code 1 + tolerance} of the
   * optimum even without power iterations: (1 + r / (s - 1))^½ ≤ 1 + tolerance (theorem 10.5 of
   * Halko, Martinsson and Tropp 2011).
   */
  static double oversamplingFor(int rank, double tolerance) {
    return Math.ceil(1 + rank / (2 * tolerance + tolerance * tolerance));
  }
}
