package io.github.lrfbench.kernels.cuda.lowrank;

import io.github.lrfbench.kernels.cuda.stream.DeviceProperties;
import java.util.Optional;

/**
 * How the fused low-rank product on tensor cores is cut into blocks. See {@code
 * lowrank_matmul_mma.cu}.
 *
 * @param rank rounded up
 * @param rows of a block
 * @param warps of a block
 * @param depth inputs of a stage
 * @param stages pieces of x and V under way
 * @param splits blocks that share the inputs
 * @param groups groups of such blocks, which share the outputs
 * @param rowTiles blocks in the other direction
 * @param columns outputs of a block
 */
record LowRankPlan(
    int rank,
    int rows,
    int warps,
    int depth,
    int stages,
    int splits,
    int groups,
    int rowTiles,
    int columns) {
  static final int MAX_RANK = 128;

  /** Outputs that a block computes at a time. */
  static final int COLUMNS = 64;

  /** Sums of the middle that split blocks may exchange. */
  static final long MAX_EXCHANGED_BYTES = 8L << 20;

  private static final int STEP = 16;
  private static final int PAD = 8;
  private static final int ELEMENT_BYTES = 2;

  /** Enough to keep the path from the second-level cache to one multiprocessor busy. */
  private static final int BYTES_UNDER_WAY = 40 << 10;

  private static final int MAX_STAGES = 4;

  /** Up to so many inputs, reading V alone takes no longer than waiting for others. */
  private static final int INPUTS_PER_SPLIT = 768;

  private static final int MAX_SPLITS = 8;
  private static final int MAX_LOW_ROWS = 1024;

  /**
   * A plan for a product, or nothing if the device's shared memory is too small.
   *
   * @param rows of x, at least one
   * @param inputs at least one
   * @param rank between 1 and {@link #MAX_RANK}
   * @param outputs at least one
   */
  static Optional<LowRankPlan> of(
      int rows, int inputs, int rank, int outputs, DeviceProperties device) {
    int most = rows <= STEP ? STEP : rows <= MAX_LOW_ROWS ? 2 * STEP : 4 * STEP;
    for (int perBlock = most; perBlock >= STEP; perBlock /= 2) {
      LowRankPlan plan = cut(rows, perBlock, inputs, rank, outputs, device.multiprocessors());
      for (int depth : new int[] {8 * STEP, 4 * STEP}) {
        for (int stages = plan.stagesOf(depth); stages >= 2; stages--) {
          LowRankPlan staged = plan.staged(depth, stages);
          if (staged.sharedBytes() <= device.sharedBytesPerBlock()) {
            return Optional.of(staged);
          }
        }
      }
    }
    return Optional.empty();
  }

  private static LowRankPlan cut(
      int rows, int perBlock, int inputs, int rank, int outputs, int multiprocessors) {
    int rowTiles = (rows + perBlock - 1) / perBlock;
    int wantedSplits = Math.min(MAX_SPLITS, Math.round((float) inputs / INPUTS_PER_SPLIT));
    int splits = Math.max(1, Math.min(wantedSplits, multiprocessors / rowTiles));
    LowRankPlan plan = share(perBlock, rowTiles, rank, outputs, splits, multiprocessors);
    return plan.exchangedBytes() <= MAX_EXCHANGED_BYTES
        ? plan
        : share(perBlock, rowTiles, rank, outputs, 1, multiprocessors);
  }

  /** Shares the outputs out so that there is about one block for every multiprocessor. */
  private static LowRankPlan share(
      int rows, int rowTiles, int rank, int outputs, int splits, int multiprocessors) {
    int units = (outputs + COLUMNS - 1) / COLUMNS;
    int mostGroups = Math.max(1, units / splits);
    int groups = Math.min(mostGroups, Math.max(1, multiprocessors / (rowTiles * splits)));
    int unitsPerBlock = (units + groups * splits - 1) / (groups * splits);
    int usedGroups = (units + unitsPerBlock * splits - 1) / (unitsPerBlock * splits);
    int warps = rows == STEP ? 4 : 8;
    int padded = (rank + STEP - 1) / STEP * STEP;
    int columns = unitsPerBlock * COLUMNS;
    return new LowRankPlan(padded, rows, warps, 0, 0, splits, usedGroups, rowTiles, columns);
  }

  private LowRankPlan staged(int newDepth, int newStages) {
    return new LowRankPlan(
        rank, rows, warps, newDepth, newStages, splits, groups, rowTiles, columns);
  }

  private int stagesOf(int newDepth) {
    int bytes = staged(newDepth, 1).stageBytes();
    return Math.max(2, Math.min(MAX_STAGES, 1 + (BYTES_UNDER_WAY + bytes - 1) / bytes));
  }

  private int stageBytes() {
    return ELEMENT_BYTES * (rows * (depth + PAD) + depth * (rank + PAD));
  }

  /** Dynamic shared memory of a block. */
  int sharedBytes() {
    int depthWarps = warps / (rows / STEP);
    int sums = Float.BYTES * depthWarps * rows * (rank + PAD);
    int results = ELEMENT_BYTES * warps * STEP * (COLUMNS / depthWarps + PAD);
    int upTiles = ELEMENT_BYTES * 2 * rank * (COLUMNS + PAD);
    int middle = ELEMENT_BYTES * rows * (rank + PAD);
    return upTiles + middle + Math.max(stages * stageBytes(), Math.max(sums, results));
  }

  /** Memory through which split blocks exchange their sums of the middle. */
  long exchangedBytes() {
    return splits == 1 ? 0 : (long) Float.BYTES * rowTiles * groups * splits * rows * rank;
  }
}
