package io.github.lrfbench.harness.compress.lowrank;

import java.util.TreeSet;
import java.util.function.IntToDoubleFunction;

/** Errors at all ranks of solutions that take long, from the solutions of a few ranks. */
public final class SampledErrors {
  /** How many ranks are solved: the largest, half of it, and so on. */
  private static final int SAMPLES = 8;

  /** Errors of starts below this part of the first are rounding. */
  private static final double NEGLIGIBLE = 1e-12;

  private SampledErrors() {}

  /** Whether the errors at all of so many ranks are measured. */
  public static boolean areAll(int ranks) {
    return ranks <= SAMPLES;
  }

  /**
   * Squared errors: measured ones at the samples; elsewhere those of the starts, times the quotient
   * of both, which is interpolated.
   *
   * @param starts squared errors of what solutions start from, for the ranks from 1 on
   * @param measured the squared error of the solution of a rank
   */
  public static double[] of(double[] starts, IntToDoubleFunction measured) {
    double[] errors = new double[starts.length];
    int before = 0;
    double ratioBefore = Double.NaN;
    for (int rank : samples(starts.length)) {
      double error = measured.applyAsDouble(rank);
      double start = starts[rank - 1];
      double ratio = start > NEGLIGIBLE * starts[0] ? error / start : 1;
      for (int between = before + 1; between < rank; between++) {
        double part = (double) (between - before) / (rank - before);
        double from = before == 0 ? ratio : ratioBefore;
        errors[between - 1] = starts[between - 1] * (from + part * (ratio - from));
      }
      errors[rank - 1] = error;
      before = rank;
      ratioBefore = ratio;
    }
    return errors;
  }

  private static TreeSet<Integer> samples(int ranks) {
    TreeSet<Integer> samples = new TreeSet<>();
    for (int i = 0; i < SAMPLES; i++) {
      samples.add(areAll(ranks) ? Math.min(ranks, i + 1) : Math.max(1, ranks >> i));
    }
    return samples;
  }
}
