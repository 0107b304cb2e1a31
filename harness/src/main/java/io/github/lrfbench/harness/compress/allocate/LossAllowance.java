package io.github.lrfbench.harness.compress.allocate;

import java.util.Arrays;
import java.util.function.IntToDoubleFunction;

/**
 * The search of DRONE for ranks (Chen et al. 2021): a factor by which the loss may grow in all is
 * shared out among the matrices by the time that each takes. One after the other gets the smallest
 * rank with which the loss of the model so far is within what the shares up to it allow; what one
 * does not use the next may.
 */
public final class LossAllowance {
  private double allowed;

  /**
   * An allowance of which nothing is used.
   *
   * @param loss of the model as it is
   */
  public LossAllowance(double loss) {
    allowed = loss;
  }

  /**
   * Shares a factor out.
   *
   * @param total by which the loss may grow in all, at least 1
   * @param times what each matrix takes
   * @return a factor for each, whose product is the total
   */
  public static double[] shares(double total, double[] times) {
    double sum = Arrays.stream(times).sum();
    return Arrays.stream(times).map(time -> Math.pow(total, time / sum)).toArray();
  }

  /**
   * The rank of the next matrix.
   *
   * @param share the factor by which what is allowed grows with it
   * @param ranks to try, in ascending order
   * @param loss of the model with the matrix cut to a rank
   * @return the first of the ranks whose loss is allowed; 0 if there is none
   */
  public int next(double share, int[] ranks, IntToDoubleFunction loss) {
    allowed *= share;
    return Arrays.stream(ranks)
        .filter(rank -> loss.applyAsDouble(rank) <= allowed)
        .findFirst()
        .orElse(0);
  }
}
