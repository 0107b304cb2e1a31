package io.github.lrfbench.harness.compress.prune;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.Arrays;

/**
 * Units are left out by their scores; the others stay as they are, or are multiplied by one number.
 * Scores are worked out when they are asked for: those of all matrices take much memory.
 *
 * @param w F32 [m, n]
 */
record RankedPruning(Matrix w, Levels levels, Scores scores, boolean byRow, boolean rescales)
    implements Pruning {
  private Ranking ranking() {
    return scores.rank(w, levels.pattern(), byRow);
  }

  @Override
  public Cut cut(int level, Scope scope) {
    Ranking ranking = ranking();
    boolean[] kept = ranking.keep(levels.counts()[level]);
    double factor = levels.factor(level, rescales);
    return new Cut(levels.pattern().form(w, kept, factor, scope), ranking.error(kept, factor));
  }

  @Override
  public double[] errors() {
    double[] factors = new double[levels.counts().length];
    Arrays.setAll(factors, level -> levels.factor(level, rescales));
    return ranking().errors(levels.counts(), factors);
  }

  @Override
  public double energy() {
    return Arrays.stream(ranking().costs()).sum();
  }
}
