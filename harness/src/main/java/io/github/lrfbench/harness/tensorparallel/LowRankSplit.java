package io.github.lrfbench.harness.tensorparallel;

import io.github.lrfbench.harness.text.OneLine;
import io.github.lrfbench.kernels.InputException;
import java.util.Locale;

/** How the two factors of W = U V are shared out among shards. */
public enum LowRankSplit {
  /**
   * As the matrix itself would be. A layer whose outputs are split has rows of U, and all of V; one
   * whose inputs are split has columns of V, after which the r numbers between the factors are
   * summed over the shards, and all of U.
   */
  OUTPUTS,

  /**
   * By the rank: every shard has rows of V and the columns of U that belong to them, and the whole
   * outputs are summed over the shards.
   */
  RANK;

  /** What users call it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The split of a name.
   *
   * @throws InputException if there is none
   */
  public static LowRankSplit parse(String name) {
    for (LowRankSplit split : values()) {
      if (split.label().equals(name)) {
        return split;
      }
    }
    throw new InputException("--split must be outputs or rank, but is " + OneLine.quote(name));
  }
}
