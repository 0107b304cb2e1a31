package io.github.lrfbench.harness.tensorparallel;

import io.github.lrfbench.kernels.Matrix;
import java.util.List;

/**
 * Numbers of all tokens as the shards have them.
 *
 * @param parts by shard, [T, width of its range], or all of it
 * @param ranges the columns of each shard; null where every shard has all
 */
record Distributed(List<Matrix> parts, List<Range> ranges) {
  /** Every shard has all. */
  static Distributed whole(List<Matrix> parts) {
    return new Distributed(parts, null);
  }

  /** By shard all columns, for which shards that have some exchange them. */
  List<Matrix> gather(Pass pass) {
    return ranges == null ? parts : pass.allGather(parts, ranges);
  }

  /** By shard the columns of a range, which are those that it has or some of all. */
  List<Matrix> slice(List<Range> wanted) {
    if (ranges == null) {
      return Pass.zip(parts, wanted, (all, range) -> all.columns(range.from(), range.to()));
    }
    if (!ranges.equals(wanted)) {
      throw new IllegalArgumentException("shards have " + ranges + ", not " + wanted);
    }
    return parts;
  }
}
