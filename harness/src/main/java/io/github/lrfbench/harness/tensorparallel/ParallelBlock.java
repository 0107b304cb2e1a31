package io.github.lrfbench.harness.tensorparallel;

import io.github.lrfbench.harness.model.Norm;
import io.github.lrfbench.harness.model.Transformer;
import io.github.lrfbench.harness.model.TransformerBlock;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A block over shards: of the attention each has some heads, of the feed-forward layer some
 * neurons. Norms and residuals are everyone's.
 */
final class ParallelBlock {
  private final Transformer model;
  private final double scoreScale;
  private final List<Norm> attentionNorms;
  private final ParallelProjections projections;
  private final ParallelLinear attentionOutput;
  private final List<Norm> outputNorms;
  private final ParallelLinear intermediate;
  private final ParallelLinear output;

  /**
   * Splits a block.
   *
   * @param to by shard what owns its weights
   */
  ParallelBlock(Transformer model, TransformerBlock block, LowRankSplit split, List<Scope> to) {
    this.model = model;
    scoreScale = block.scoreScale();
    attentionNorms = copies(block.attentionNorm(), to);
    projections = ParallelProjections.of(block.projections().members(), split, to);
    attentionOutput = ParallelLinear.row(block.attentionOutput(), split, to);
    outputNorms = copies(block.outputNorm(), to);
    intermediate = ParallelLinear.column(block.intermediate(), split, to);
    output = ParallelLinear.row(block.output(), split, to);
  }

  private static List<Norm> copies(Norm norm, List<Scope> to) {
    return to.stream().map(scope -> Slices.copy(norm, scope)).toList();
  }

  /**
   * Applies the block.
   *
   * @param x by shard all hidden states, [T, H]
   * @param input for its segments
   * @return the same after the block, of the pass
   */
  List<Matrix> forward(Pass pass, List<Matrix> x, ParallelInput input) {
    boolean first = model.normsFirst();
    List<Matrix> y = pass.each((shard, ops) -> like(pass, shard, x.get(shard)));
    try (Pass frame = pass.frame()) {
      List<Matrix> read = first ? norm(frame, attentionNorms, x) : x;
      List<Matrix> attended =
          attentionOutput.forward(frame, attend(frame, read, input), Activation.NONE).parts();
      List<Matrix> normed =
          frame.each(
              (shard, ops) -> {
                Matrix to = like(frame, shard, x.get(shard));
                if (first) {
                  // The sum is what the feed-forward layer adds to.
                  outputNorms
                      .get(shard)
                      .forward(ops, attended.get(shard), x.get(shard), y.get(shard), to);
                } else {
                  attentionNorms.get(shard).forward(ops, attended.get(shard), x.get(shard), to);
                }
                return to;
              });
      Distributed wide = intermediate.forward(frame, Distributed.whole(normed), model.activation());
      List<Matrix> narrow = output.forward(frame, wide, Activation.NONE).parts();
      frame.each(
          (shard, ops) -> {
            if (first) {
              ops.add(narrow.get(shard), y.get(shard));
            } else {
              outputNorms
                  .get(shard)
                  .forward(ops, narrow.get(shard), normed.get(shard), y.get(shard));
            }
            return null;
          });
    }
    return y;
  }

  /** By shard what its heads give. */
  private Distributed attend(Pass pass, List<Matrix> x, ParallelInput input) {
    List<List<Matrix>> projected = projections.forward(pass, Distributed.whole(x));
    List<Range> heads = projections.heads();
    List<Matrix> contexts =
        pass.each(
            (shard, ops) -> {
              List<Matrix> own = projected.get(shard);
              Matrix context = like(pass, shard, own.get(0));
              ops.attention(
                  own.get(0),
                  own.get(1),
                  own.get(2),
                  input.batch(shard).segments(),
                  model.heads() / heads.size(),
                  scoreScale,
                  model.causal(),
                  context);
              return context;
            });
    return new Distributed(contexts, heads);
  }

  /** By shard the norm of all hidden states. */
  static List<Matrix> norm(Pass pass, List<Norm> norms, List<Matrix> x) {
    return pass.each(
        (shard, ops) -> {
          Matrix y = like(pass, shard, x.get(shard));
          norms.get(shard).forward(ops, x.get(shard), null, y);
          return y;
        });
  }

  private static Matrix like(Pass pass, int shard, Matrix x) {
    return pass.allocate(shard, x.rows(), x.cols());
  }

  private Stream<ParallelLinear> maps() {
    return Stream.concat(
        projections.maps().stream(), Stream.of(attentionOutput, intermediate, output));
  }

  /** Stored numbers of a shard. */
  long parameters(int shard) {
    return maps().mapToLong(map -> map.parameters(shard)).sum() + norms();
  }

  /** Those that every shard has. */
  long replicated() {
    return maps().mapToLong(ParallelLinear::replicated).sum() + norms();
  }

  private long norms() {
    return size(attentionNorms.get(0)) + size(outputNorms.get(0));
  }

  /** Numbers of a norm. */
  static long size(Norm norm) {
    return norm == null ? 0 : ParallelLinear.size(norm.gamma()) + ParallelLinear.size(norm.beta());
  }

  /** Floating-point operations of a shard's matrices for one token. */
  long flopsPerRow(int shard) {
    return maps().mapToLong(map -> map.flopsPerRow(shard)).sum();
  }

  /** What the backward pass would exchange; it is not run. */
  List<Exchange> backward() {
    List<Exchange> exchanges = new ArrayList<>();
    if (output.reduced() > 0) {
      exchanges.add(Exchange.allReduce(output.reduced()));
    }
    if (intermediate.isSummed() && output.inputs() != null) {
      exchanges.add(Exchange.allGather(output.width()));
    }
    exchanges.add(Exchange.allReduce(intermediate.reduced()));
    if (attentionOutput.reduced() > 0) {
      exchanges.add(Exchange.allReduce(attentionOutput.reduced()));
    }
    exchanges.addAll(projections.backward());
    return exchanges;
  }
}
