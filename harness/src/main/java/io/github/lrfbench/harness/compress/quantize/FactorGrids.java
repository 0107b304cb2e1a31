package io.github.lrfbench.harness.compress.quantize;

import io.github.lrfbench.harness.compress.quantize.CodeGrid.Zero;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.kernels.lowrank.LowRankCost;
import java.util.ArrayList;
import java.util.List;

/**
 * The grids that both factors of W ≈ L R are rounded to.
 *
 * @param left that of L [m, r]
 * @param right that of R [r, n]
 */
record FactorGrids(CodeGrid left, CodeGrid right) {
  private static final String BITS = "bits";
  private static final String RIGHT_BITS = "right-bits";
  private static final String SAME = "same";

  /**
   * Options of both grids, by their standards: the right factor has the left one's bits where
   * nothing is said, and one scale.
   *
   * @param prefix of the options' names
   */
  static List<MethodOption> options(String prefix, int bits) {
    List<MethodOption> options = new ArrayList<>();
    options.add(MethodOption.count(prefix + BITS, bits, 1, Byte.SIZE));
    options.add(MethodOption.count(prefix + RIGHT_BITS, 1, 1, Byte.SIZE).orWord(SAME, SAME));
    options.addAll(CodeGrid.options(prefix, "matrix", Zero.FREE));
    return options;
  }

  /** The grids that options name whose names begin with a prefix. */
  static FactorGrids of(MethodOptions options, String prefix) {
    int left = options.count(prefix + BITS);
    boolean same = options.is(prefix + RIGHT_BITS, SAME);
    int right = same ? left : options.count(prefix + RIGHT_BITS);
    return new FactorGrids(CodeGrid.of(options, prefix, left), CodeGrid.of(options, prefix, right));
  }

  /** Numbers that factors of a rank have. */
  static long numbers(int rows, int cols, int rank) {
    return new LowRankCost(rows, cols, rank).parameters();
  }

  /** Bits that they store. */
  long stored(int rows, int cols, int rank) {
    return left.stored(rows, rank) + right.stored(rank, cols);
  }

  /** What a reader calls factors of a rank. */
  String label(int rank) {
    return "r=" + rank + ", " + left.bits() + " and " + right.bits() + " bit";
  }
}
