package io.github.lrfbench.kernels.cpu.nn;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.cpu.blas.Gemm;
import io.github.lrfbench.kernels.cpu.memory.Block;
import io.github.lrfbench.kernels.cpu.memory.BlockPool;
import io.github.lrfbench.kernels.cpu.memory.CpuTensor;
import io.github.lrfbench.kernels.cpu.rows.RowMath;
import io.github.lrfbench.kernels.cpu.rows.Scratch;
import io.github.lrfbench.kernels.cpu.rows.Staging;
import io.github.lrfbench.kernels.host.NnArguments.CacheIndices;
import io.github.lrfbench.kernels.host.Workers;

/**
 * Attention of one query of each sequence over keys and values in a cache. Rows that lie one after
 * the other are read where they are, others are packed first.
 *
 * @param <A> float[] or double[]
 */
final class CachedAttentionKernel<A> {
  private static final int SCORE_SLOT = 0;
  private static final int ROW_SLOT = 1;

  private final RowMath<A> math;
  private final Workers workers;
  private final BlockPool pool;
  private final ThreadLocal<Scratch<A>> scratch;

  CachedAttentionKernel(RowMath<A> math, Workers workers, BlockPool pool) {
    this.math = math;
    this.workers = workers;
    this.pool = pool;
    this.scratch = ThreadLocal.withInitial(() -> new Scratch<>(math));
  }

  /** The operands of one call; arguments have been checked. */
  record Call(
      Matrix q,
      Matrix keys,
      Matrix values,
      CacheIndices indices,
      int heads,
      double scale,
      Matrix y) {

    int size() {
      return q.cols() / heads;
    }

    int length(int sequence) {
      return indices.lengths()[sequence];
    }

    /** Where a sequence's part of the table begins. */
    int tableStart(int sequence) {
      return sequence * (indices.rows().length / q.rows());
    }

    boolean isContiguous(int sequence) {
      int start = tableStart(sequence);
      for (int t = 1; t < length(sequence); t++) {
        if (indices.rows()[start + t] != indices.rows()[start] + t) {
          return false;
        }
      }
      return true;
    }
  }

  void run(Call call) {
    boolean[] contiguous = new boolean[call.q.rows()];
    for (int s = 0; s < contiguous.length; s++) {
      contiguous[s] = call.isContiguous(s);
    }
    workers.forEach(
        call.q.rows() * call.heads,
        task -> {
          int sequence = task / call.heads;
          attend(call, sequence, task % call.heads, contiguous[sequence]);
        });
  }

  private void attend(Call call, int sequence, int head, boolean contiguous) {
    int size = call.size();
    int left = head * size;
    int length = call.length(sequence);
    long bytes = math.dtype().bytes();
    Block scores = pool.take(bytes * length);
    Block packed = contiguous ? null : pool.take(bytes * length * size);
    try {
      Operand keys = operand(call, call.keys, sequence, left, packed);
      multiply(
          false,
          length,
          1,
          size,
          call.scale,
          keys.address,
          keys.stride,
          at(call.q, sequence, left),
          scores.address());
      softmax(scores, length);
      Operand values = operand(call, call.values, sequence, left, packed);
      multiply(
          true,
          size,
          1,
          length,
          1,
          values.address,
          values.stride,
          scores.address(),
          at(call.y, sequence, left));
    } finally {
      pool.give(scores);
      if (packed != null) {
        pool.give(packed);
      }
    }
  }

  /** {@code c = alpha op(a) b} with a column b. */
  private void multiply(
      boolean transA, int m, int n, int k, double alpha, long a, int lda, long b, long c) {
    Gemm.run(math.dtype(), transA, false, m, n, k, alpha, a, lda, b, 1, 0, c, 1);
  }

  /** Rows of a head: its columns of a matrix, or a packed copy of them. */
  private record Operand(long address, int stride) {}

  private Operand operand(Call call, Matrix matrix, int sequence, int left, Block packed) {
    int start = call.tableStart(sequence);
    int[] rows = call.indices.rows();
    if (packed == null) {
      return new Operand(at(matrix, rows[start], left), matrix.stride());
    }
    int size = call.size();
    Staging<A> source = math.stage(matrix);
    Staging<A> target = math.stage(packed, size);
    A row = scratch.get().array(ROW_SLOT, size);
    for (int t = 0; t < call.length(sequence); t++) {
      source.readBlock(rows[start + t], 1, left, size, row);
      target.write(t, row, size);
    }
    return new Operand(packed.address(), size);
  }

  private void softmax(Block scores, int length) {
    A row = scratch.get().array(SCORE_SLOT, length);
    Staging<A> staged = math.stage(scores, length);
    staged.read(0, row, length);
    math.softmax(row, length, 1);
    staged.write(0, row, length);
  }

  private static long at(Matrix matrix, int row, int col) {
    return CpuTensor.address(matrix)
        + ((long) row * matrix.stride() + col) * matrix.dtype().bytes();
  }
}
