package io.github.lrfbench.kernels.cpu.nn;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.cpu.blas.Gemm;
import io.github.lrfbench.kernels.cpu.memory.Block;
import io.github.lrfbench.kernels.cpu.memory.BlockPool;
import io.github.lrfbench.kernels.cpu.memory.CpuTensor;
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
  private final Workers workers;
  private final BlockPool pool;
  private final ThreadLocal<Scratch<A>> scratch;

  AttentionGradientKernel(RowMath<A> math, Workers workers, BlockPool pool) {
    this.math = math;
    this.workers = workers;
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

  /** One head of one sequence: rows {@code [start, start + length)}, columns from {@code left}. */
  private record Task(int head, int start, int length, int left) {}

  private interface Body {
    void run(Task task);
  }

  private void forEach(Inputs in, Body body) {
    int sequences = in.offsets.length - 1;
    workers.forEach(
        sequences * in.heads,
        number -> {
          int s = number / in.heads;
          int head = number % in.heads;
          int length = in.offsets[s + 1] - in.offsets[s];
          if (length > 0) {
            body.run(new Task(head, in.offsets[s], length, head * in.size()));
          }
        });
  }

  void forward(Inputs in, Matrix y) {
    forEach(
        in,
        task -> {
          Block block = pool.take(squareBytes(task));
          try {
            scores(in, task, block);
            Staging<A> p = math.stage(block, task.length);
            A row = scratch.get().array(0, task.length);
            for (int i = 0; i < task.length; i++) {
              p.read(i, row, task.length);
              softmax(in, task, i, row);
              drop(in, task, i, row);
              p.write(i, row, task.length);
            }
            product(false, block, in.v, in.size(), task, y);
          } finally {
            pool.give(block);
          }
        });
  }

  void backward(Inputs in, Matrix dy, Matrix dq, Matrix dk, Matrix dv) {
    forEach(
        in,
        task -> {
          Block probabilities = pool.take(squareBytes(task));
          Block gradients = pool.take(squareBytes(task));
          try {
            backward(in, task, probabilities, gradients, dy, dq, dk, dv);
          } finally {
            pool.give(probabilities);
            pool.give(gradients);
          }
        });
  }

  private void backward(
      Inputs in,
      Task task,
      Block probabilities,
      Block gradients,
      Matrix dy,
      Matrix dq,
      Matrix dk,
      Matrix dv) {
    int length = task.length;
    int size = in.size();
    scores(in, task, probabilities);
    // dP' = dy vᵀ
    Gemm.run(
        math.dtype(),
        false,
        true,
        length,
        length,
        size,
        1,
        at(dy, task),
        dy.stride(),
        at(in.v, task),
        in.v.stride(),
        0,
        gradients.address(),
        length);
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
    product(true, probabilities, dy, size, task, dv);
    product(false, gradients, in.k, size, task, dq);
    product(true, gradients, in.q, size, task, dk);
  }

  private long squareBytes(Task task) {
    return (long) math.dtype().bytes() * task.length * task.length;
  }

  /** {@code scores = q kᵀ}. */
  private void scores(Inputs in, Task task, Block scores) {
    Gemm.run(
        math.dtype(),
        false,
        true,
        task.length,
        task.length,
        in.size(),
        1,
        at(in.q, task),
        in.q.stride(),
        at(in.k, task),
        in.k.stride(),
        0,
        scores.address(),
        task.length);
  }

  /** The head's part of {@code target = op(square) factor}. */
  private void product(
      boolean transposed, Block square, Matrix factor, int size, Task task, Matrix target) {
    Gemm.run(
        math.dtype(),
        transposed,
        false,
        task.length,
        size,
        task.length,
        1,
        square.address(),
        task.length,
        at(factor, task),
        factor.stride(),
        0,
        at(target, task),
        target.stride());
  }

  private void softmax(Inputs in, Task task, int query, A row) {
    int count = in.causal ? query + 1 : task.length;
    math.softmax(row, count, in.scale);
    math.fill(row, count, task.length, 0);
  }

  private void drop(Inputs in, Task task, int query, A row) {
    if (!in.dropout.keepsAll()) {
      long first = Dropout.attentionIndex(task.start + query, task.head, in.heads, 0);
      math.dropout(row, in.dropout, first, task.length);
    }
  }

  private static long at(Matrix matrix, Task task) {
    return CpuTensor.address(matrix)
        + ((long) task.start * matrix.stride() + task.left) * matrix.dtype().bytes();
  }
}
