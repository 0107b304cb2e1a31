package io.github.lrfbench.harness.tensorparallel;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.stream.IntStream;

/** A forward pass of all shards, or a frame of it: where results live, and what is exchanged. */
final class Pass implements AutoCloseable {
  private final ShardGroup group;
  private final List<Ops> ops;
  private final List<Exchange> exchanges;

  private Pass(ShardGroup group, List<Ops> ops, List<Exchange> exchanges) {
    this.group = group;
    this.ops = ops;
    this.exchanges = exchanges;
  }

  /** A pass; closing it frees its results. */
  static Pass open(ShardGroup group) {
    List<Ops> ops = new ArrayList<>();
    for (int shard = 0; shard < group.size(); shard++) {
      ops.add(new EagerOps(group.device(shard)));
    }
    return new Pass(group, ops, new ArrayList<>());
  }

  /** Results that are needed only until the frame is closed. */
  Pass frame() {
    return new Pass(group, ops.stream().map(Ops::frame).toList(), exchanges);
  }

  /** What the shards have exchanged up to now. */
  List<Exchange> exchanges() {
    return List.copyOf(exchanges);
  }

  /** What one shard does. */
  interface Work<T> {
    /**
     * Does it.
     *
     * @param shard its number
     * @param ops of this pass
     */
    T run(int shard, Ops ops);
  }

  /** Has every shard do something, in its own time. */
  <T> List<T> each(Work<T> work) {
    return group.each(shard -> work.run(shard, ops.get(shard)));
  }

  /** A matrix of a shard that lives as long as this. */
  Matrix allocate(int shard, int rows, int cols) {
    return Matrix.of(ops.get(shard).allocate(DType.F32, rows, cols));
  }

  /**
   * The sum of what the shards have, on every shard.
   *
   * @param parts by shard, of one size; null where a shard has nothing to add. The others are
   *     modified
   */
  List<Matrix> allReduce(List<Matrix> parts) {
    return allReduceTogether(List.of(parts)).get(0);
  }

  /** Several such sums by one exchange. */
  List<List<Matrix>> allReduceTogether(List<List<Matrix>> sums) {
    List<List<Matrix>> reduced = sums.stream().map(this::reduce).toList();
    note(Exchange.allReduce(reduced.stream().mapToInt(sum -> sum.get(0).cols()).sum()));
    return reduced;
  }

  private List<Matrix> reduce(List<Matrix> parts) {
    Matrix sum = parts.stream().filter(Objects::nonNull).findFirst().orElseThrow();
    int holder = parts.indexOf(sum);
    try (Ops frame = ops.get(holder).frame()) {
      for (int shard = holder + 1; shard < parts.size(); shard++) {
        Matrix part = parts.get(shard);
        if (part != null) {
          Matrix near = part;
          if (part.device() != sum.device()) {
            near = Matrix.of(frame.allocate(DType.F32, part.rows(), part.cols()));
            ShardGroup.copy(part, near);
          }
          frame.add(near, sum);
        }
      }
    }
    List<Matrix> all = new ArrayList<>();
    for (int shard = 0; shard < parts.size(); shard++) {
      Matrix own = parts.get(shard);
      Matrix target = own == null ? allocate(shard, sum.rows(), sum.cols()) : own;
      if (target != sum) {
        ShardGroup.copy(sum, target);
      }
      all.add(target);
    }
    return all;
  }

  /** The columns of all shards side by side, on every shard. */
  List<Matrix> allGather(List<Matrix> parts, List<Range> ranges) {
    int rows = parts.get(0).rows();
    int width = ranges.get(ranges.size() - 1).to();
    note(Exchange.allGather(width));
    return IntStream.range(0, parts.size())
        .mapToObj(
            shard -> {
              Matrix all = allocate(shard, rows, width);
              for (int other = 0; other < parts.size(); other++) {
                Range range = ranges.get(other);
                ShardGroup.copy(parts.get(other), all.columns(range.from(), range.to()));
              }
              return all;
            })
        .toList();
  }

  /** One shard has nobody to exchange anything with. */
  private void note(Exchange exchange) {
    if (group.size() > 1) {
      exchanges.add(exchange);
    }
  }

  /** Two lists by shard as one. */
  static <A, B, C> List<C> zip(List<A> first, List<B> second, BiFunction<A, B, C> pair) {
    return IntStream.range(0, first.size())
        .mapToObj(i -> pair.apply(first.get(i), second.get(i)))
        .toList();
  }

  @Override
  public void close() {
    ops.forEach(Ops::close);
  }
}
