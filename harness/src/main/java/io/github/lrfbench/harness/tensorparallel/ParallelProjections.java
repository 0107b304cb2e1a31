package io.github.lrfbench.harness.tensorparallel;

import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Query, key and value over shards. Every shard needs those of its heads: of one matrix for all
 * three these are three ranges of rows, not one.
 *
 * @param maps one, or one for each of the three
 * @param heads by shard the columns of its heads within the queries
 * @param hidden H
 */
record ParallelProjections(List<ParallelLinear> maps, List<Range> heads, int hidden) {
  private static final int THREE = 3;

  /**
   * Splits them.
   *
   * @param members three maps from H to H, or one to 3 H
   */
  static ParallelProjections of(List<Linear> members, LowRankSplit split, List<Scope> to) {
    int hidden = members.stream().mapToInt(Linear::outputs).sum() / THREE;
    List<Range> heads = ParallelLinear.ranges(hidden, to.size());
    List<List<List<Range>>> outputs =
        members.stream().map(member -> columns(member, heads, hidden)).toList();
    boolean summed =
        split == LowRankSplit.RANK && members.stream().anyMatch(m -> m.factors() != null);
    List<ParallelLinear> maps = new ArrayList<>();
    if (!summed) {
      maps.add(ParallelLinear.columns(members, outputs, to));
    } else {
      for (int i = 0; i < members.size(); i++) {
        Linear member = members.get(i);
        maps.add(
            member.factors() != null
                ? ParallelLinear.rank(member, to)
                : ParallelLinear.columns(List.of(member), List.of(outputs.get(i)), to));
      }
    }
    return new ParallelProjections(maps, heads, hidden);
  }

  /** By shard the columns that its heads have of a map's outputs. */
  private static List<List<Range>> columns(Linear member, List<Range> heads, int hidden) {
    int parts = member.outputs() / hidden;
    return heads.stream()
        .map(own -> IntStream.range(0, parts).mapToObj(i -> own.shift(i * hidden)).toList())
        .toList();
  }

  /**
   * Applies them.
   *
   * @return by shard query, key and value of its heads
   */
  List<List<Matrix>> forward(Pass pass, Distributed x) {
    List<List<Matrix>> own = maps.stream().map(map -> map.local(pass, x, Activation.NONE)).toList();
    List<Integer> summed =
        IntStream.range(0, maps.size()).filter(i -> maps.get(i).isSummed()).boxed().toList();
    List<List<Matrix>> sums =
        summed.isEmpty()
            ? List.of()
            : pass.allReduceTogether(summed.stream().map(own::get).toList());
    List<List<Matrix>> parts = new ArrayList<>();
    heads.forEach(range -> parts.add(new ArrayList<>()));
    for (int i = 0; i < maps.size(); i++) {
      boolean whole = summed.contains(i);
      List<Matrix> y =
          whole
              ? maps.get(i).finish(pass, sums.get(summed.indexOf(i)), Activation.NONE).parts()
              : own.get(i);
      for (int shard = 0; shard < y.size(); shard++) {
        addParts(y.get(shard), heads.get(shard), whole, parts.get(shard));
      }
    }
    return parts;
  }

  /** Those of a shard's heads, from all columns or from the shard's own side by side. */
  private void addParts(Matrix y, Range own, boolean whole, List<Matrix> parts) {
    int step = whole ? hidden : own.size();
    int first = whole ? own.from() : 0;
    for (int from = first; from < y.cols(); from += step) {
      parts.add(y.columns(from, from + own.size()));
    }
  }

  /** What the backward pass exchanges. */
  List<Exchange> backward() {
    boolean input = maps.stream().anyMatch(ParallelLinear::reducesInput);
    int ranks = maps.stream().mapToInt(ParallelLinear::reducedRanks).sum();
    List<Exchange> exchanges = new ArrayList<>();
    int gathered =
        maps.stream()
            .filter(ParallelLinear::isSummed)
            .mapToInt(map -> maps.size() == 1 ? THREE * hidden : hidden)
            .sum();
    if (gathered > 0) {
      exchanges.add(Exchange.allGather(gathered));
    }
    exchanges.add(Exchange.allReduce(ranks + (input ? hidden : 0)));
    return exchanges;
  }
}
