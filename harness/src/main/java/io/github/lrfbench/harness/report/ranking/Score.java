package io.github.lrfbench.harness.report.ranking;

/**
 * A metric over seeds.
 *
 * @param mean over seeds
 * @param examplesVariance squared standard error over examples, the same for all seeds since their
 *     examples are the same; NaN where it is not known
 * @param seedsVariance of one seed, 0 for a single one
 * @param seeds how many
 */
record Score(double mean, double examplesVariance, double seedsVariance, int seeds) {
  /** The standard error of the mean, from examples and seeds; NaN where it is not known. */
  double error() {
    return Math.sqrt(examplesVariance + seedsVariance / seeds);
  }

  /** The standard deviation over seeds. */
  double deviation() {
    return Math.sqrt(seedsVariance);
  }
}
