package io.github.lrfbench.harness.compress.allocate;

import java.util.List;
import java.util.stream.IntStream;

/** What held-out training examples tell of a model with other matrices. */
public interface ModelTrials {
  /**
   * The mean loss.
   *
   * @param points of all matrices; the number of its points for one as it is
   */
  double loss(int[] points);

  /** How far the outputs are from the model's as it stands. */
  double divergence(int[] points);

  /**
   * How far they are with each matrix alone at a point, and what a model that knows nothing has.
   */
  Divergences alone(int[] points);

  /**
   * Divergences.
   *
   * @param ofEach by matrix
   * @param ofConstant of a model that gives the same for every example: the mean
   */
  record Divergences(double[] ofEach, double ofConstant) {
    /** The numbers of matrices at which the model says no more than a constant would. */
    List<Integer> saturated() {
      return IntStream.range(0, ofEach.length)
          .filter(i -> ofEach[i] >= ofConstant)
          .boxed()
          .toList();
    }
  }
}
