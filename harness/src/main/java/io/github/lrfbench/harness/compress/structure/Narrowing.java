package io.github.lrfbench.harness.compress.structure;

import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.budget.Point;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.ArrayList;
import java.util.List;

/** A {@link Pair} as a method sees it, ready to be given a smaller width. */
interface Narrowing {
  /** The most of what is kept a number of: the width, or the dimensions of a head. */
  int most();

  /** Elements of the width for each of those: 1, or the number of heads. */
  int elements();

  /** What is counted, in the plural. */
  String unit();

  /**
   * Squared errors of the second matrix's outputs over the tokens, by what is kept, from 0 to
   * {@link #most}; of 0 it is all that can be lost.
   */
  double[] squaredErrors();

  /** The same as the outputs have them, where the method's own errors leave something out. */
  default double[] outputErrors() {
    return squaredErrors();
  }

  /**
   * The pair with less.
   *
   * @param kept from 1 to {@link #most}
   * @param scope owns the result
   */
  Narrow fit(int kept, Scope scope);

  /** The ridge on the diagonal of the inputs' second moments, relative to its mean. */
  double ridge();

  /**
   * A pair of a smaller width.
   *
   * @param first in the place of the first, with its bias
   * @param second in the place of the second, with the bias that this had
   * @param product what the second one makes of the first matrix's outputs as they were, F64 [m,
   *     n]: it is compared with the second matrix W
   */
  record Narrow(Linear first, Linear second, Matrix product) {}

  /**
   * What can be kept; errors are not known.
   *
   * @param numbers that the pair takes for each element of its width
   * @param multiple of which the kept numbers are multiples, unless it is all
   */
  default OperatingPoints points(int numbers, int multiple) {
    List<Point> points = new ArrayList<>();
    for (int kept = Math.min(multiple, most()); kept < most(); kept += multiple) {
      points.add(point(kept, numbers));
    }
    points.add(point(most(), numbers));
    return new OperatingPoints(most(), elements() * numbers, Double.NaN, points);
  }

  private Point point(int kept, int numbers) {
    long all = (long) kept * elements() * numbers;
    return new Point(
        all, OperatingPoints.DENSE_BITS * all, Double.NaN, kept * elements(), label(kept));
  }

  /** What a reader calls a number of what is kept. */
  default String label(int kept) {
    return kept + " of " + most() + " " + unit();
  }
}
