package io.github.lrfbench.harness.tensorparallel;

import io.github.lrfbench.harness.autograd.Layer;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LinearGroup;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/**
 * A linear map, or several of one input, split over shards (Shoeybi et al. 2019, section 3). Every
 * shard applies a map of its own; where that gives a summand, the sum over all shards follows, and
 * only then the bias, once.
 *
 * @param kind how it is split
 * @param locals by shard its own map; null where the rank has fewer parts than there are shards
 * @param inputs by shard the columns of the input that it reads; null for all
 * @param outputs by shard the columns that it gives; null where it gives a summand of all
 * @param then by shard what follows the sum: all of U; null for nothing
 * @param biases by shard what is added to the sum; elements are null for none
 * @param width inputs of the whole map
 * @param reducedRanks numbers between factors whose gradients the backward pass sums over shards
 * @param reducesInput whether it sums those of the input
 * @param replicated parameters that every shard has
 */
record ParallelLinear(
    Kind kind,
    List<? extends Layer> locals,
    List<Range> inputs,
    List<Range> outputs,
    List<Linear> then,
    List<Tensor> biases,
    int width,
    int reducedRanks,
    boolean reducesInput,
    long replicated) {
  /** The ways to split a map. */
  enum Kind {
    /** Rows of W, or of U beside all of V: each shard has some of the outputs. */
    COLUMN,
    /** Columns of W: each shard has a summand of the outputs. */
    ROW,
    /** Columns of V: each shard has a summand of what lies between the factors; U follows. */
    ROW_BEFORE_U,
    /** Rows of V and columns of U: each shard has a summand of the outputs. */
    RANK
  }

  /**
   * Maps of one input whose outputs are split. By shard they stand side by side.
   *
   * @param outputs of every map by shard the columns that it gives
   */
  static ParallelLinear columns(
      List<Linear> maps, List<List<List<Range>>> outputs, List<Scope> to) {
    List<Layer> locals = new ArrayList<>();
    for (int shard = 0; shard < to.size(); shard++) {
      int number = shard;
      locals.add(group(maps, outputs.stream().map(own -> own.get(number)).toList(), to.get(shard)));
    }
    List<LowRankFactors> factors =
        maps.stream().filter(map -> map.factors() != null).map(Linear::factors).toList();
    int width = maps.get(0).inputs();
    int ranks = factors.stream().mapToInt(LowRankFactors::rank).sum();
    return new ParallelLinear(
        Kind.COLUMN,
        locals,
        null,
        side(locals),
        null,
        null,
        width,
        // Gradients are summed where the shards' ways join: before U, or at the input.
        ranks,
        factors.size() < maps.size(),
        (long) width * ranks);
  }

  /** The outputs of some ranges of every map, as one layer. */
  private static Layer group(List<Linear> maps, List<List<Range>> outputs, Scope to) {
    if (maps.size() == 1) {
      return Slices.outputs(maps.get(0), outputs.get(0), to);
    }
    boolean dense = maps.stream().allMatch(map -> map.dense() != null && map.bias() != null);
    try (Scope scratch = to.device().openScope()) {
      // What a group stacks, it copies.
      return LinearGroup.of(
          Pass.zip(
              maps,
              outputs,
              (map, ranges) ->
                  Slices.outputs(map, ranges, dense || map.factors() != null ? scratch : to)),
          to);
    }
  }

  /** The ranges of layers whose outputs stand side by side. */
  private static List<Range> side(List<Layer> locals) {
    List<Range> ranges = new ArrayList<>();
    int from = 0;
    for (Layer local : locals) {
      ranges.add(new Range(from, from + local.outputs()));
      from += local.outputs();
    }
    return ranges;
  }

  /** A map whose outputs are split into ranges that follow on one another. */
  static ParallelLinear column(Linear map, LowRankSplit split, List<Scope> to) {
    if (map.factors() != null && split == LowRankSplit.RANK) {
      return rank(map, to);
    }
    return columns(
        List.of(map),
        List.of(ranges(map.outputs(), to.size()).stream().map(List::of).toList()),
        to);
  }

  /** A map whose inputs are split into ranges that follow on one another. */
  static ParallelLinear row(Linear map, LowRankSplit split, List<Scope> to) {
    LowRankFactors factors = map.factors();
    if (factors != null && split == LowRankSplit.RANK) {
      return rank(map, to);
    }
    List<Range> inputs = ranges(map.inputs(), to.size());
    Matrix weight = factors == null ? map.dense() : factors.down();
    List<Linear> locals =
        Pass.zip(inputs, to, (range, scope) -> Slices.inputs(weight, range, scope));
    if (factors == null) {
      long own = size(map.bias());
      List<Tensor> biases = biases(map, to);
      return new ParallelLinear(
          Kind.ROW, locals, inputs, null, null, biases, map.inputs(), 0, false, own);
    }
    List<Linear> then =
        to.stream()
            .<Linear>map(
                scope ->
                    new DenseLinear(
                        Slices.copy(factors.up(), scope), Slices.copy(map.bias(), scope)))
            .toList();
    long own = (long) factors.rank() * map.outputs() + size(map.bias());
    return new ParallelLinear(
        Kind.ROW_BEFORE_U, locals, inputs, null, then, null, map.inputs(), 0, false, own);
  }

  /** A map of two factors whose rank is split. */
  static ParallelLinear rank(Linear map, List<Scope> to) {
    List<Linear> locals = new ArrayList<>();
    for (int shard = 0; shard < to.size(); shard++) {
      Range range = Range.of(map.factors().rank(), to.size(), shard);
      locals.add(range.size() == 0 ? null : Slices.rank(map.factors(), range, to.get(shard)));
    }
    return new ParallelLinear(
        Kind.RANK,
        locals,
        null,
        null,
        null,
        biases(map, to),
        map.inputs(),
        0,
        true,
        size(map.bias()));
  }

  /** Equal parts, or such as differ by one. */
  static List<Range> ranges(int total, int shards) {
    return IntStream.range(0, shards).mapToObj(i -> Range.of(total, shards, i)).toList();
  }

  private static List<Tensor> biases(Linear map, List<Scope> to) {
    List<Tensor> biases = new ArrayList<>();
    to.forEach(scope -> biases.add(Slices.copy(map.bias(), scope)));
    return biases;
  }

  /** y = activation(W x + b). */
  Distributed forward(Pass pass, Distributed x, Activation activation) {
    List<Matrix> own = local(pass, x, activation);
    return outputs != null
        ? new Distributed(own, outputs)
        : finish(pass, pass.allReduce(own), activation);
  }

  /**
   * What each shard computes by itself.
   *
   * @param activation follows where that is a part of the outputs, not a summand
   * @return by shard; null where it has nothing
   */
  List<Matrix> local(Pass pass, Distributed x, Activation activation) {
    List<Matrix> read = inputs == null ? x.gather(pass) : x.slice(inputs);
    return pass.each(
        (shard, ops) -> {
          Layer layer = locals.get(shard);
          if (layer == null) {
            return null;
          }
          Matrix y = pass.allocate(shard, read.get(shard).rows(), layer.outputs());
          ops.apply(layer, read.get(shard), outputs == null ? Activation.NONE : activation, y);
          return y;
        });
  }

  /** What follows the sum of what the shards have computed; it may be written over. */
  Distributed finish(Pass pass, List<Matrix> sums, Activation activation) {
    return Distributed.whole(
        pass.each(
            (shard, ops) -> {
              Matrix sum = sums.get(shard);
              if (then == null) {
                ops.biasActivation(sum, biases.get(shard), activation);
                return sum;
              }
              Matrix y = pass.allocate(shard, sum.rows(), then.get(shard).outputs());
              ops.apply(then.get(shard), sum, activation, y);
              return y;
            }));
  }

  /** Numbers that the backward pass sums over the shards for each token. */
  int reduced() {
    return reducedRanks + (reducesInput ? width : 0);
  }

  /** Whether shards give summands. */
  boolean isSummed() {
    return outputs == null;
  }

  /** Stored numbers of a shard, biases included. */
  long parameters(int shard) {
    return sum(locals.get(shard), map -> map.parameters() + size(map.bias()))
        + (then == null ? 0 : sum(then.get(shard), map -> map.parameters() + size(map.bias())))
        + (biases == null ? 0 : size(biases.get(shard)));
  }

  /** Floating-point operations of a shard for one token. */
  long flopsPerRow(int shard) {
    return sum(locals.get(shard), Linear::flopsPerRow)
        + (then == null ? 0 : then.get(shard).flopsPerRow());
  }

  /** Over the maps that a layer is made of; of no layer 0. */
  private static long sum(Layer layer, ToLongFunction<Linear> of) {
    return layer == null
        ? 0
        : layer.parts().stream().mapToLong(part -> of.applyAsLong((Linear) part)).sum();
  }

  static long size(Tensor tensor) {
    return tensor == null ? 0 : tensor.shape().size();
  }
}
