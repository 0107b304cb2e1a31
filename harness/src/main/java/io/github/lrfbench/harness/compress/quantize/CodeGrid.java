package io.github.lrfbench.harness.compress.quantize;

import io.github.lrfbench.harness.budget.Point;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.linear.QuantizedLinear;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.ops.CodePacking;
import java.util.List;

/**
 * The numbers that weights are rounded to: in each group of a row's inputs the 2ᴮ multiples of a
 * scale, s (c − z) with c from 0 to 2ᴮ − 1. Symmetric grids have their zero point z in the middle
 * and leave out the lowest code, so that −w is on the grid where w is: s = max |w| / (2ᴮ⁻¹ − 1).
 * Others reach from the smallest to the largest weight, zero included: s = (max − min) / (2ᴮ − 1),
 * z = −min / s rounded.
 *
 * @param bits B, 2 to 8
 * @param group inputs that share a scale; 0 for all of a row
 * @param symmetric whether no zero points are stored
 * @param searched whether the range is shrunk to where Σ |w − ŵ|^2.4 is the smallest, in steps of a
 *     hundredth down to a fifth, instead of reaching to the outermost weights (as in GPTQ's code)
 */
record CodeGrid(int bits, int group, boolean symmetric, boolean searched) {
  /** The option that tells how many inputs share a scale. */
  private static final String GROUP = "group";

  private static final String ROW = "row";
  private static final String ZERO = "zero";
  private static final String SYMMETRIC = "symmetric";
  private static final String ASYMMETRIC = "asymmetric";
  private static final String RANGE = "range";
  private static final String SEARCH = "search";

  private static final int MOST = 1 << 20;
  private static final int STEPS = 100;
  private static final double LEAST_RANGE = 0.2;
  private static final double EXPONENT = 2.4;

  /**
   * Options of a grid, by their standards.
   *
   * @param group {@code row} or a number
   */
  static List<MethodOption> options(String group, boolean symmetric) {
    return List.of(
        MethodOption.count(GROUP, 2, 2, MOST).orWord(ROW, group),
        symmetric
            ? MethodOption.choice(ZERO, SYMMETRIC, ASYMMETRIC)
            : MethodOption.choice(ZERO, ASYMMETRIC, SYMMETRIC),
        MethodOption.choice(RANGE, "full", SEARCH));
  }

  /** The grid that options name. */
  static CodeGrid of(MethodOptions options, int bits) {
    return new CodeGrid(
        bits,
        options.is(GROUP, ROW) ? 0 : options.count(GROUP),
        options.is(ZERO, SYMMETRIC),
        options.is(RANGE, SEARCH));
  }

  /** Inputs of a group of a matrix with so many. */
  int width(int cols) {
    return group == 0 ? cols : Math.min(group, cols);
  }

  /** Groups of a row. */
  int groups(int cols) {
    return (cols + width(cols) - 1) / width(cols);
  }

  /** What a matrix takes. */
  Point point(int rows, int cols) {
    long constants = (long) rows * groups(cols) * (symmetric ? 1 : 2) * Float.SIZE;
    long codes = (long) rows * CodePacking.width(cols, bits) * Byte.SIZE;
    String label = QuantizedLinear.label(bits, width(cols), cols, !symmetric);
    return new Point((long) rows * cols, codes + constants, Double.NaN, 0, label);
  }

  /**
   * Scale and zero point of a group.
   *
   * @param scale s; 0 where all weights are 0, or too small for a float
   * @param zero z
   */
  record Step(float scale, float zero) {
    /** The weight that a code stands for. */
    double weight(int code) {
      return scale * (code - (double) zero);
    }
  }

  /** The code of a weight. */
  int code(double weight, Step step) {
    double code = step.scale() == 0 ? step.zero() : Math.rint(weight / step.scale()) + step.zero();
    return (int) Math.max(symmetric ? 1 : 0, Math.min(largest(), code));
  }

  private int largest() {
    return (1 << bits) - 1;
  }

  private int middle() {
    return 1 << bits - 1;
  }

  /**
   * Scale and zero point for some weights of a row.
   *
   * @param slot of the matrix and number of the row, for a message
   * @throws InputException if one is NaN or infinite
   */
  Step fit(double[] weights, int from, int to, String slot, int row) {
    double low = 0;
    double high = 0;
    for (int j = from; j < to; j++) {
      if (!Double.isFinite(weights[j])) {
        throw new InputException(
            slot + " holds NaN or infinity in row " + row + ", which has no codes");
      }
      low = Math.min(low, weights[j]);
      high = Math.max(high, weights[j]);
    }
    Step best = step(low, high);
    double least = searched ? error(weights, from, to, best) : 0;
    for (int i = 1; searched && i <= (1 - LEAST_RANGE) * STEPS; i++) {
      double range = 1 - (double) i / STEPS;
      Step step = step(range * low, range * high);
      double error = error(weights, from, to, step);
      if (error < least) {
        least = error;
        best = step;
      }
    }
    return best;
  }

  private Step step(double low, double high) {
    if (symmetric) {
      return new Step((float) (Math.max(-low, high) / (middle() - 1)), middle());
    }
    float scale = (float) ((high - low) / largest());
    double zero = scale == 0 ? 0 : Math.rint(-low / scale);
    return new Step(scale, (float) Math.max(0, Math.min(largest(), zero)));
  }

  private double error(double[] weights, int from, int to, Step step) {
    double sum = 0;
    for (int j = from; j < to; j++) {
      double left = weights[j] - step.weight(code(weights[j], step));
      sum += Math.pow(Math.abs(left), EXPONENT);
    }
    return sum;
  }
}
