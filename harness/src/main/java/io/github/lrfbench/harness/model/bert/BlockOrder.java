package io.github.lrfbench.harness.model.bert;

import io.github.lrfbench.harness.model.ConfigValues;

/**
 * The order in which stored blocks are run. ALBERT's layers are shared out among groups of as many
 * blocks each, and all layers of a group are the same blocks.
 *
 * @param layers how many layers are run
 * @param groups how many of them have blocks of their own
 * @param inner blocks of a layer
 */
record BlockOrder(int layers, int groups, int inner) {
  /** Every block is run once. */
  static BlockOrder each(int blocks) {
    return new BlockOrder(blocks, blocks, 1);
  }

  /**
   * That of an ALBERT.
   *
   * @throws io.github.lrfbench.kernels.InputException if there are more groups than layers
   */
  static BlockOrder read(ConfigValues values, int layers) {
    int groups = values.positive("num_hidden_groups", 1);
    if (groups > layers) {
      throw values.fault(
          "num_hidden_groups " + groups + " is more than num_hidden_layers " + layers);
    }
    return new BlockOrder(layers, groups, values.positive("inner_group_num", 1));
  }

  /** Number of blocks that are run. */
  int runs() {
    return Math.multiplyExact(layers, inner);
  }

  /** Number of blocks that are stored. */
  int stored() {
    return Math.multiplyExact(groups, inner);
  }

  /** The stored block that is run as the one of a number. */
  int block(int run) {
    // As transformers computes it, in double precision.
    int group = (int) (run / inner / ((double) layers / groups));
    return group * inner + run % inner;
  }

  /** The number of the first run of a stored block. */
  int firstRun(int stored) {
    int run = 0;
    while (block(run) != stored) {
      run++;
    }
    return run;
  }

  /** Whether blocks are run more than once. */
  boolean repeats() {
    return runs() > stored();
  }
}
