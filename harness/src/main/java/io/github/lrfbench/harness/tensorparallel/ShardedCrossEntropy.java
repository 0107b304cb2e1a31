package io.github.lrfbench.harness.tensorparallel;

import java.util.Arrays;
import java.util.List;

/**
 * The loss of logits that shards have some columns of, as Megatron computes it: the largest logit,
 * the sum of the exponentials and the target's logit of each shard, each reduced over the shards.
 * No shard needs the others' logits.
 */
final class ShardedCrossEntropy {
  private ShardedCrossEntropy() {}

  /** What it exchanges: a maximum and two sums. */
  static List<Exchange> exchanges() {
    return List.of(Exchange.allReduce(1), Exchange.allReduce(1), Exchange.allReduce(1));
  }

  /**
   * log Σ exp(x) - x[target] of every row.
   *
   * @param logits by shard row by row; padding is minus infinity
   * @param words by shard the columns of the whole that its first ones are
   * @param targets of the rows, columns of the whole
   */
  static double[] losses(List<float[]> logits, List<Range> words, int[] targets) {
    int rows = targets.length;
    double[] largest = new double[rows];
    Arrays.fill(largest, Double.NEGATIVE_INFINITY);
    for (float[] own : logits) {
      int width = own.length / rows;
      for (int i = 0; i < own.length; i++) {
        largest[i / width] = Math.max(largest[i / width], own[i]);
      }
    }
    double[] sums = new double[rows];
    double[] wanted = new double[rows];
    for (int shard = 0; shard < logits.size(); shard++) {
      float[] own = logits.get(shard);
      Range range = words.get(shard);
      int width = own.length / rows;
      for (int i = 0; i < own.length; i++) {
        sums[i / width] += Math.exp(own[i] - largest[i / width]);
      }
      for (int row = 0; row < rows; row++) {
        int column = targets[row] - range.from();
        if (column >= 0 && column < range.size()) {
          wanted[row] += own[row * width + column];
        }
      }
    }
    double[] losses = new double[rows];
    for (int row = 0; row < rows; row++) {
      losses[row] = largest[row] + Math.log(sums[row]) - wanted[row];
    }
    return losses;
  }
}
