package io.github.lrfbench.kernels.cpu.nn;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.cpu.memory.Block;
import io.github.lrfbench.kernels.cpu.memory.BlockPool;
import io.github.lrfbench.kernels.cpu.nn.AttentionHeads.Task;
import io.github.lrfbench.kernels.cpu.rows.RowMath;
import io.github.lrfbench.kernels.cpu.rows.Scratch;
import io.github.lrfbench.kernels.cpu.rows.Staging;
import io.github.lrfbench.kernels.host.Workers;
import io.github.lrfbench.kernels.ops.AttentionGuide;

/**
 * How far attention is from a guide's, one head of one sequence at a time.
 *
 * @param <A> float[] or double[]
 */
final class AttentionDivergenceKernel<A> {
  private final RowMath<A> math;
  private final AttentionHeads heads;
  private final BlockPool pool;
  private final ThreadLocal<Scratch<A>> scratch;

  AttentionDivergenceKernel(RowMath<A> math, Workers workers, BlockPool pool) {
    this.math = math;
    this.heads = new AttentionHeads(math.dtype(), workers, pool);
    this.pool = pool;
    this.scratch = ThreadLocal.withInitial(() -> new Scratch<>(math));
  }

  /** The inputs of one call; arguments have been checked. */
  record Inputs(
      Matrix q,
      Matrix k,
      AttentionGuide guide,
      int[] offsets,
      int heads,
      double scale,
      boolean causal) {}

  void run(Inputs in, Matrix losses, Matrix dq, Matrix dk) {
    heads.forEach(
        in.offsets,
        in.heads,
        in.q.cols() / in.heads,
        task -> {
          Block own = heads.takeSquare(task);
          Block guides = heads.takeSquare(task);
          try {
            heads.square(in.q, in.k, task, own);
            heads.square(in.guide.q(), in.guide.k(), task, guides);
            differentiate(in, task, own, guides, losses);
            heads.product(false, own, in.k, task, dq);
            heads.product(true, own, in.q, task, dk);
          } finally {
            pool.give(own);
            pool.give(guides);
          }
        });
  }

  /** Puts the gradient of the products of queries and keys in the place of these. */
  private void differentiate(Inputs in, Task task, Block own, Block guides, Matrix losses) {
    int length = task.length();
    Staging<A> scores = math.stage(own, length);
    Staging<A> guideScores = math.stage(guides, length);
    Staging<A> sums = math.stage(losses.columns(task.head(), task.head() + 1));
    A s = scratch.get().array(0, length);
    A g = scratch.get().array(1, length);
    A p = scratch.get().array(2, length);
    A r = scratch.get().array(3, length);
    A sum = scratch.get().array(4, 1);
    for (int i = 0; i < length; i++) {
      int count = in.causal ? i + 1 : length;
      scores.read(i, s, length);
      guideScores.read(i, g, length);
      System.arraycopy(s, 0, p, 0, count);
      System.arraycopy(g, 0, r, 0, count);
      math.softmax(p, count, in.scale);
      math.softmax(r, count, in.scale);
      math.put(sum, 0, differentiate(in, s, g, p, r, count));
      sums.write(task.start() + i, sum, 1);
      math.fill(s, count, length, 0);
      scores.write(i, s, length);
    }
  }

  /** The loss of a row; the gradient takes the place of s. */
  private double differentiate(Inputs in, A s, A g, A p, A r, int count) {
    AttentionGuide guide = in.guide;
    // From scores, as the logarithm of a probability that has become 0 is none.
    double divergence = logOfSum(s, p, in.scale, count) - logOfSum(g, r, in.scale, count);
    double squares = 0;
    for (int j = 0; j < count; j++) {
      double difference = in.scale * (math.at(s, j) - math.at(g, j));
      divergence -= math.at(r, j) * difference;
      squares += difference * difference;
      double slope =
          guide.mapWeight() * (math.at(p, j) - math.at(r, j))
              + 2 * guide.scoreWeight() * difference;
      math.put(s, j, in.scale * slope);
    }
    return guide.mapWeight() * divergence + guide.scoreWeight() * squares;
  }

  /**
   * The logarithm of the sum of exp(scale s), from the softmax p: its largest is no less than 1/n.
   */
  private double logOfSum(A s, A p, double scale, int count) {
    int largest = 0;
    for (int j = 1; j < count; j++) {
      largest = math.at(p, j) > math.at(p, largest) ? j : largest;
    }
    return scale * math.at(s, largest) - Math.log(math.at(p, largest));
  }
}
