package io.github.lrfbench.kernels.cpu.nn;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.cpu.blas.Gemm;
import io.github.lrfbench.kernels.cpu.memory.Block;
import io.github.lrfbench.kernels.cpu.memory.BlockPool;
import io.github.lrfbench.kernels.cpu.memory.CpuTensor;
import io.github.lrfbench.kernels.host.Workers;
import java.util.function.Consumer;

/**
 * What training computes of attention, one head of one sequence at a time: squares of queries by
 * keys, and products with them.
 */
record AttentionHeads(DType dtype, Workers workers, BlockPool pool) {
  /**
   * One head of one sequence: rows {@code [start, start + length)}, columns {@code [left, left +
   * size)}.
   */
  record Task(int head, int start, int length, int left, int size) {}

  /** Runs a task for every head of every sequence that is not empty. */
  void forEach(int[] offsets, int heads, int size, Consumer<Task> body) {
    workers.forEach(
        (offsets.length - 1) * heads,
        number -> {
          int s = number / heads;
          int head = number % heads;
          int length = offsets[s + 1] - offsets[s];
          if (length > 0) {
            body.accept(new Task(head, offsets[s], length, head * size, size));
          }
        });
  }

  /** Memory for a square, to be given back to the pool. */
  Block takeSquare(Task task) {
    return pool.take((long) dtype.bytes() * task.length * task.length);
  }

  /** {@code square = a bᵀ} of the head's parts of two matrices. */
  void square(Matrix a, Matrix b, Task task, Block square) {
    Gemm.run(
        dtype,
        false,
        true,
        task.length,
        task.length,
        task.size,
        1,
        at(a, task),
        a.stride(),
        at(b, task),
        b.stride(),
        0,
        square.address(),
        task.length);
  }

  /** The head's part of {@code target = op(square) factor}. */
  void product(boolean transposed, Block square, Matrix factor, Task task, Matrix target) {
    Gemm.run(
        dtype,
        transposed,
        false,
        task.length,
        task.size,
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

  private static long at(Matrix matrix, Task task) {
    return CpuTensor.address(matrix)
        + ((long) task.start * matrix.stride() + task.left) * matrix.dtype().bytes();
  }
}
