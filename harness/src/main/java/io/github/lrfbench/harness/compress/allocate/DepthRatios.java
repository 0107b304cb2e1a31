package io.github.lrfbench.harness.compress.allocate;

import java.util.Arrays;
import java.util.List;

/**
 * ATP (2025): the part that a block's matrices keep falls linearly with its depth, from β/2 above
 * the budget's in the first block to β/2 below it in the last. A part is no less than nothing and
 * no more than all; the budget holds all the same.
 *
 * @param beta β
 * @param depths of the matrices, from 0 in the first block to 1 in the last
 */
record DepthRatios(double beta, double[] depths) implements Allocator {
  /** How many β are tried. */
  private static final int TRIED = 11;

  /**
   * The β to try where a part of all is kept: from 0 to the largest with which no block keeps less
   * than nothing or more than all, in equal steps. The paper's are not known to us.
   */
  static double[] tried(double kept) {
    double most = 2 * Math.min(kept, 1 - kept);
    double[] betas = new double[TRIED];
    Arrays.setAll(betas, i -> most * i / (TRIED - 1));
    return betas;
  }

  @Override
  public int[] choose(List<Candidate> matrices, Terms terms) {
    // From where nothing is left of any block to where each keeps all.
    double slope = Math.abs(beta);
    return Shares.choose(
        matrices,
        terms,
        1 + slope,
        kept ->
            Arrays.stream(depths)
                .map(depth -> kept - slope / 2 + beta * (0.5 - depth))
                .map(part -> Math.max(0, Math.min(1, part)))
                .toArray());
  }
}
