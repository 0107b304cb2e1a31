package io.github.lrfbench.kernels.cpu.nn;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.cpu.memory.Block;
import io.github.lrfbench.kernels.cpu.memory.BlockPool;
import io.github.lrfbench.kernels.cpu.nn.AttentionHeads.Task;
import io.github.lrfbench.kernels.cpu.rows.RowMath;
import io.github.lrfbench.kernels.cpu.rows.Scratch;
import io.github.lrfbench.kernels.cpu.rows.Staging;
import io.github.lrfbench.kernels.host.Workers;
import io.github.lrfbench.kernels.ops.Dropout;

/**
 * Attention for training, one head of one sequence at a time: with dropout forwards, and backwards.
 * The backward pass computes the probabilities anew, so that none are kept.
 *
 * @param <A> float[] or double[]
 */
final class AttentionGradientKernel<A> {
  private final RowMath<A> math;
  private final AttentionHeads heads;
  private final BlockPool pool;
  private final ThreadLocal<Scratch<A>> scratch;

  AttentionGradientKernel(RowMath<A> math, Workers workers, BlockPool pool) {
    this.math = math;
    this.heads = new AttentionHeads(math.dtype(), workers, pool);
    this.pool = pool;
    this.scratch = ThreadLocal.withInitial(() -> new Scratch<>(math));
  }

  /** The inputs of one call; arguments have been checked. */
  record Inputs(
      Matrix q,
      Matrix k,
      Matrix v,
      int[] offsets,
      int heads,
      double scale,
      boolean causal,
      Dropout dropout) {
    int size() {
      return q.cols() / heads;
    }
  }

  void forward(Inputs in, Matrix y) {
    heads.forEach(
        in.offsets,
        in.heads,
        in.size(),
        task -> {
          Block block = heads.takeSquare(task);
          try {
            heads.square(in.q, in.k, task, block);
            Staging<A> p = math.stage(block, task.length());
            A row = scratch.get().array(0, task.length());
            for (int i = 0; i < task.length(); i++) {
              p.read(i, row, task.length());
              softmax(in, task, i, row);
              drop(in, task, i, row);
              p.write(i, row, task.length());
            }
            heads.product(false, block, in.v, task, y);
          } finally {
            pool.give(block);
          }
        });
  }

  void backward(Inputs in, Matrix dy, Matrix dq, Matrix dk, Matrix dv) {
    heads.forEach(
        in.offsets,
        in.heads,
        in.size(),
        task -> {
          Block probabilities = heads.takeSquare(task);
          Block gradients = heads.takeSquare(task);
          try {
            backward(in, task, probabilities, gradients, dy);
            heads.product(true, probabilities, dy, task, dv);
            heads.product(false, gradients, in.k, task, dq);
            heads.product(true, gradients, in.q, task, dk);
          } finally {
            pool.give(probabilities);
            pool.give(gradients);
          }
        });
  }

  private void backward(Inputs in, Task task, Block probabilities, Block gradients, Matrix dy) {
    int length = task.length();
    heads.square(in.q, in.k, task, probabilities);
    // dP' = dy vᵀ
    heads.square(dy, in.v, task, gradients);
    Staging<A> p = math.stage(probabilities, length);
    Staging<A> d = math.stage(gradients, length);
    A row = scratch.get().array(0, length);
    A gradient = scratch.get().array(1, length);
    A tmp = scratch.get().array(2, length);
    for (int i = 0; i < length; i++) {
      p.read(i, row, length);
      softmax(in, task, i, row);
      d.read(i, gradient, length);
      drop(in, task, i, gradient);
      math.softmaxGradient(row, gradient, in.scale, length, tmp);
      d.write(i, gradient, length);
      drop(in, task, i, row);
      p.write(i, row, length);
    }
  }

  private void softmax(Inputs in, Task task, int query, A row) {
    int count = in.causal ? query + 1 : task.length();
    math.softmax(row, count, in.scale);
    math.fill(row, count, task.length(), 0);
  }

  private void drop(Inputs in, Task task, int query, A row) {
    if (!in.dropout.keepsAll()) {
      long first = Dropout.attentionIndex(task.start() + query, task.head(), in.heads, 0);
      math.dropout(row, in.dropout, first, task.length());
    }
  }
}
