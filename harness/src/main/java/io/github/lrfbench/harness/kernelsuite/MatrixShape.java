package io.github.lrfbench.harness.kernelsuite;

import io.github.lrfbench.harness.text.OneLine;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.lowrank.LowRankCost;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The shape of a weight matrix W of y = W x.
 *
 * @param rows m, outputs
 * @param cols n, inputs
 */
public record MatrixShape(int rows, int cols) {
  /** A gigabyte of floats: more is a typing error, and would not fit beside its copies. */
  static final long MAX_ELEMENTS = 1L << 28;

  private static final int MULTIPLE = 8;

  private static final Pattern FORMAT = Pattern.compile("(\\d{1,9})x(\\d{1,9})");

  /**
   * Reads {@code ROWSxCOLS}.
   *
   * @throws InputException if the text is no shape, has a zero, or names an excessive size
   */
  public static MatrixShape parse(String text) {
    Matcher matcher = FORMAT.matcher(text);
    if (!matcher.matches()) {
      throw new InputException(
          "--shapes wants ROWSxCOLS such as 3072x768, not " + OneLine.quote(text));
    }
    MatrixShape shape =
        new MatrixShape(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
    if (shape.size() == 0 || shape.elements() > MAX_ELEMENTS) {
      throw new InputException(
          "--shapes: " + shape + " has " + (shape.size() == 0 ? "no" : "too many") + " elements");
    }
    return shape;
  }

  /** min(m, n), the largest rank. */
  public int size() {
    return Math.min(rows, cols);
  }

  /**
   * The rank at which two factors take at least the operations of the matrix: m n / (m + n), up to
   * the next multiple of 8, since products of odd sizes are slow, and at most min(m, n).
   */
  int rankOfBreakEven() {
    double exact = LowRankCost.breakEvenRank(rows, cols);
    return Math.min(size(), (int) Math.ceil(exact / MULTIPLE) * MULTIPLE);
  }

  /** m n. */
  public long elements() {
    return (long) rows * cols;
  }

  @Override
  public String toString() {
    return rows + "x" + cols;
  }
}
