package io.github.lrfbench.harness.tensorparallel;

import io.github.lrfbench.harness.measure.Link;
import io.github.lrfbench.kernels.InputException;
import java.util.List;

/**
 * What to split and to time.
 *
 * @param shards numbers of shards
 * @param splits of two factors
 * @param batchSizes sequences in a pass
 * @param seqLens tokens of each
 * @param links between the shards
 * @param runs timed passes
 */
public record TensorParallelConfig(
    List<Integer> shards,
    List<LowRankSplit> splits,
    List<Integer> batchSizes,
    List<Integer> seqLens,
    List<Link> links,
    int runs) {
  private static final int MOST = 1 << 16;

  /**
   * Checks the numbers.
   *
   * @throws InputException if one is out of range, or there is none
   */
  public TensorParallelConfig {
    shards = checked("--shards", shards);
    batchSizes = checked("--batch-size", batchSizes);
    seqLens = checked("--seq-len", seqLens);
    splits = splits.stream().distinct().toList();
    links = List.copyOf(links);
    checked("--runs", List.of(runs));
    if (splits.isEmpty() || links.isEmpty()) {
      throw new InputException((splits.isEmpty() ? "--split" : "--link") + " is empty");
    }
  }

  private static List<Integer> checked(String option, List<Integer> values) {
    if (values.isEmpty()) {
      throw new InputException(option + " is empty");
    }
    for (int value : values) {
      if (value < 1 || value > MOST) {
        throw new InputException(option + " must be from 1 to " + MOST + ", but is " + value);
      }
    }
    return values.stream().distinct().toList();
  }
}
