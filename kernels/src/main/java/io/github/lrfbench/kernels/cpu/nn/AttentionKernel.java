package io.github.lrfbench.kernels.cpu.nn;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.cpu.blas.Gemm;
import io.github.lrfbench.kernels.cpu.blas.SmallProducts;
import io.github.lrfbench.kernels.cpu.memory.Block;
import io.github.lrfbench.kernels.cpu.memory.BlockPool;
import io.github.lrfbench.kernels.cpu.memory.CpuTensor;
import io.github.lrfbench.kernels.cpu.rows.RowMath;
import io.github.lrfbench.kernels.cpu.rows.Scratch;
import io.github.lrfbench.kernels.cpu.rows.Staging;
import io.github.lrfbench.kernels.host.Workers;
import java.util.Arrays;

/**
 * Attention of one head over a block of queries at a time.
 *
 * <p>Scores are computed transposed, keys by queries: the maximum and the sum over keys are then
 * taken by adding rows to each other, which vectorizes, and not by adding up a row. The scores of a
 * block are cut into chunks of some whole rows, so that a chunk's elements belong to the queries in
 * the same order everywhere.
 *
 * @param <A> float[] or double[]
 */
final class AttentionKernel<A> {
  /** Scores of one block: they stay in the second-level cache. */
  private static final int BLOCK_ELEMENTS = 1 << 16;

  /** Elements that are computed on at a time: they stay in the first-level cache. */
  private static final int CHUNK_ELEMENTS = 1 << 11;

  /** With fewer queries at a time, what is won by not packing is lost again. */
  private static final int MIN_SMALL_QUERIES = 48;

  private static final int MAX_QUERIES = 256;

  /** Blocks begin at multiples of so many queries: whole vectors and cache lines. */
  private static final int STEP = 16;

  // Slots of a task's arrays; chunks use those from CHUNK_SLOT on.
  private static final int MAX_SLOT = 0;
  private static final int SUM_SLOT = 1;
  private static final int SHIFT_SLOT = 2;
  private static final int CHUNK_SLOT = 3;

  private final RowMath<A> math;
  private final Workers workers;
  private final BlockPool pool;
  private final ThreadLocal<Scratch<A>> scratch;

  AttentionKernel(RowMath<A> math, Workers workers, BlockPool pool) {
    this.math = math;
    this.workers = workers;
    this.pool = pool;
    this.scratch = ThreadLocal.withInitial(() -> new Scratch<>(math));
  }

  /** The operands of one call; arguments have been checked. */
  record Call(
      Matrix q,
      Matrix k,
      Matrix v,
      int[] offsets,
      int heads,
      double scale,
      boolean causal,
      Matrix y) {}

  void run(Call call) {
    int size = call.q.cols() / call.heads;
    int sequences = call.offsets.length - 1;
    int[] firstTask = new int[sequences + 1];
    for (int s = 0; s < sequences; s++) {
      int length = call.offsets[s + 1] - call.offsets[s];
      int queries = queriesPerBlock(length, size);
      firstTask[s + 1] = firstTask[s] + call.heads * ((length + queries - 1) / queries);
    }
    workers.forEach(
        firstTask[sequences],
        task -> {
          int found = Arrays.binarySearch(firstTask, task);
          int s = found < 0 ? -found - 2 : lastOf(firstTask, found);
          int start = call.offsets[s];
          int length = call.offsets[s + 1] - start;
          int queries = queriesPerBlock(length, size);
          // The blocks of a head follow each other, because they share its keys and values.
          int blocks = (length + queries - 1) / queries;
          int head = (task - firstTask[s]) / blocks;
          int from = (task - firstTask[s]) % blocks * queries;
          attend(call, head, start, length, from, Math.min(length, from + queries));
        });
  }

  /** The last of some equal elements: empty sequences have no tasks. */
  private static int lastOf(int[] sorted, int index) {
    int last = index;
    while (last + 1 < sorted.length && sorted[last + 1] == sorted[index]) {
      last++;
    }
    return last;
  }

  private int queriesPerBlock(int length, int size) {
    int limit = Math.min(MAX_QUERIES, BLOCK_ELEMENTS / Math.max(1, length));
    int small = SmallProducts.MAX_WORK / Math.max(1, length) / Math.max(1, size);
    if (SmallProducts.areFast(math.dtype()) && small >= MIN_SMALL_QUERIES) {
      limit = Math.min(limit, small);
    }
    limit = Math.max(STEP, limit / STEP * STEP);
    int blocks = Math.max(1, (length + limit - 1) / limit);
    int even = (length + blocks - 1) / blocks;
    return Math.max(STEP, (even + STEP - 1) / STEP * STEP);
  }

  /** Queries {@code [from, to)} of the sequence that starts at row {@code start}. */
  private void attend(Call call, int head, int start, int length, int from, int to) {
    int queries = to - from;
    int keys = call.causal ? to : length;
    int size = call.q.cols() / call.heads;
    int left = head * size;
    long bytes = math.dtype().bytes();
    Block scores = pool.take(bytes * keys * queries);
    try {
      Gemm.run(
          math.dtype(),
          false,
          true,
          keys,
          queries,
          size,
          call.scale,
          at(call.k, start, left),
          call.k.stride(),
          at(call.q, start + from, left),
          call.q.stride(),
          0,
          scores.address(),
          queries);
      softmaxOverRows(math.stage(scores, queries), keys, queries, call.causal ? from : keys);
      Gemm.run(
          math.dtype(),
          true,
          false,
          queries,
          size,
          keys,
          1,
          scores.address(),
          queries,
          at(call.v, start, left),
          call.v.stride(),
          0,
          at(call.y, start + from, left),
          call.y.stride());
    } finally {
      pool.give(scores);
    }
  }

  private static long at(Matrix matrix, int row, int col) {
    return CpuTensor.address(matrix)
        + ((long) row * matrix.stride() + col) * matrix.dtype().bytes();
  }

  /**
   * The softmax of every column of {@code scores [keys, queries]}; column c counts rows up to
   * {@code firstMasked + c} only, the others become 0.
   */
  private void softmaxOverRows(Staging<A> scores, int keys, int queries, int firstMasked) {
    Scratch<A> arrays = scratch.get();
    int chunkRows = Math.max(1, Math.min(keys, CHUNK_ELEMENTS / queries));
    int chunks = (keys + chunkRows - 1) / chunkRows;
    int width = chunkRows * queries;
    A max = arrays.array(MAX_SLOT, width);
    A sum = arrays.array(SUM_SLOT, width);
    A shift = arrays.array(SHIFT_SLOT, width);
    math.fill(max, 0, width, Double.NEGATIVE_INFINITY);
    math.fill(sum, 0, width, 0);
    for (int c = 0; c < chunks; c++) {
      int row = c * chunkRows;
      int rows = Math.min(chunkRows, keys - row);
      A chunk = arrays.array(CHUNK_SLOT + c, width);
      scores.readBlock(row, rows, 0, queries, chunk);
      for (int i = Math.max(row, firstMasked + 1); i < row + rows; i++) {
        int at = (i - row) * queries;
        math.fill(chunk, at, at + Math.min(queries, i - firstMasked), Double.NEGATIVE_INFINITY);
      }
      math.max(max, chunk, rows * queries);
    }
    for (int rows = chunkRows; rows > 1; rows = (rows + 1) / 2) {
      math.max(max, upperHalf(max, rows, queries, shift), rows / 2 * queries);
    }
    repeat(max, chunkRows, queries);
    for (int c = 0; c < chunks; c++) {
      int rows = Math.min(chunkRows, keys - c * chunkRows);
      math.expBelow(max, arrays.array(CHUNK_SLOT + c, width), sum, rows * queries);
    }
    for (int rows = chunkRows; rows > 1; rows = (rows + 1) / 2) {
      math.add(sum, upperHalf(sum, rows, queries, shift), rows / 2 * queries);
    }
    math.invert(sum, queries);
    repeat(sum, chunkRows, queries);
    for (int c = 0; c < chunks; c++) {
      int rows = Math.min(chunkRows, keys - c * chunkRows);
      A chunk = arrays.array(CHUNK_SLOT + c, width);
      math.multiply(chunk, sum, rows * queries);
      scores.writeBlock(c * chunkRows, rows, 0, queries, chunk);
    }
  }

  /** The last {@code rows / 2} rows, copied to where the first are. */
  private A upperHalf(A array, int rows, int queries, A target) {
    int half = rows / 2;
    System.arraycopy(array, (rows - half) * queries, target, 0, half * queries);
    return target;
  }

  /** Copies the first row to all others. */
  private void repeat(A array, int rows, int queries) {
    for (int done = 1; done < rows; done *= 2) {
      int count = Math.min(done, rows - done);
      System.arraycopy(array, 0, array, done * queries, count * queries);
    }
  }
}
