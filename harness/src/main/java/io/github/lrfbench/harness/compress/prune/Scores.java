package io.github.lrfbench.harness.compress.prune;

import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.compress.spi.SlotStatistics;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * How much the elements of a matrix count, squared: w² of magnitudes, w² F of gradients, F being
 * the Fisher information, w² ‖xⱼ‖² of Wanda (Sun et al. 2023), xⱼ being all values of an input. A
 * row or column counts as much as its elements together.
 *
 * @param slot name of the matrix
 * @param fisher F, [n, m]; null where no gradients count
 * @param inputs ‖xⱼ‖² of every input; null where inputs do not count
 * @param seed of a random choice; null for another
 */
record Scores(String slot, Matrix fisher, double[] inputs, Long seed) {
  /** Those that options name. */
  static Scores of(LinearSlot slot, MethodOptions options, SlotStatistics statistics) {
    String name = slot.name();
    return switch (options.text(PruneCompressor.SCORE)) {
      case PruneCompressor.GRADIENT -> new Scores(name, statistics.fisher().of(name), null, null);
      case PruneCompressor.WANDA ->
          new Scores(name, null, Matrices.diagonal(statistics.moments(slot).gram()), null);
      case PruneCompressor.RANDOM -> new Scores(name, null, null, options.seed());
      default -> new Scores(name, null, null, null);
    };
  }

  /**
   * Ranks the units of a matrix.
   *
   * @param w F32 [m, n], not modified
   * @param byRow whether elements are ranked within their row
   */
  Ranking rank(Matrix w, Pattern pattern, boolean byRow) {
    double[] costs = costs(w, pattern);
    int row = pattern.isOfElements() ? w.cols() : costs.length;
    return switch (pattern) {
      case TWO_OF_FOUR -> new Ranking(scores(costs), costs, row, Pattern.FOUR);
      case ENTRIES ->
          byRow
              ? new Ranking(scores(costs), costs, row, row)
              : new Ranking(scores(costs), costs, costs.length, costs.length);
      case OUTPUTS, INPUTS -> new Ranking(scores(costs), costs, row, row);
    };
  }

  /** By units. */
  private double[] costs(Matrix w, Pattern pattern) {
    int cols = w.cols();
    double[] costs = new double[pattern.units(w.rows(), cols)];
    double[] row = new double[cols];
    double[][] f = fisher == null ? null : rows(fisher);
    for (int i = 0; i < w.rows(); i++) {
      w.data().read(w.offset() + (long) i * w.stride(), row, 0, cols);
      for (int j = 0; j < cols; j++) {
        double square = row[j] * row[j];
        double cost = square * (f == null ? 1 : f[j][i]) * (inputs == null ? 1 : inputs[j]);
        if (!Double.isFinite(cost)) {
          throw new InputException(
              slot + " holds NaN or infinity in row " + i + ", or its statistics do");
        }
        costs[pattern.unit(i, j, cols)] += cost;
      }
    }
    return costs;
  }

  private static double[][] rows(Matrix matrix) {
    double[][] rows = new double[matrix.rows()][matrix.cols()];
    for (int i = 0; i < rows.length; i++) {
      matrix.data().read(matrix.offset() + (long) i * matrix.stride(), rows[i], 0, matrix.cols());
    }
    return rows;
  }

  private double[] scores(double[] costs) {
    if (seed == null) {
      return costs;
    }
    // Matrices of one size are not all cut alike.
    SplittableRandom random = new SplittableRandom(seed * 0x9e3779b97f4a7c15L + slot.hashCode());
    double[] scores = new double[costs.length];
    Arrays.setAll(scores, i -> random.nextDouble());
    return scores;
  }
}
