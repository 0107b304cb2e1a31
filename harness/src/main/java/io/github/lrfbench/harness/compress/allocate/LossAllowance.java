package io.github.lrfbench.harness.compress.allocate;

import java.util.Arrays;
import java.util.OptionalInt;
import java.util.function.IntToDoubleFunction;

/**
 * The search of DRONE for ranks (Chen et al. 2021), here for points: a factor by which the loss may
 * grow in all is shared out among the matrices by the time that each takes. One after the other
 * gets the cheapest point with which the loss of the model so far is within what the shares up to
 * it allow; what one does not use the next may.
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
   * The point of the next matrix.
   *
   * @param share the factor by which what is allowed grows with it
   * @param points to try, from the cheapest on
   * @param loss of the model with the matrix stored at a point
   * @return the first of the points whose loss is allowed, if there is one
   */
  public OptionalInt next(double share, int[] points, IntToDoubleFunction loss) {
    allowed *= share;
    return Arrays.stream(points).filter(point -> loss.applyAsDouble(point) <= allowed).findFirst();
  }
}
