package io.github.lrfbench.kernels.cpu.blas;

import io.github.lrfbench.kernels.CapturedGraph;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.cpu.memory.Block;
import io.github.lrfbench.kernels.cpu.memory.BlockPool;
import io.github.lrfbench.kernels.cpu.memory.CpuTensor;
import java.util.HashMap;
import java.util.Map;

/**
 * Weights that were packed for {@link PackedKernels} when work on them was captured. The work runs
 * in {@link #around}, so that the linear layers that it calls find them.
 */
public final class PackedWeights {
  /** Weights beyond this are packed in every product, as they are without a graph. */
  private static final long MAX_BYTES = 1L << 30;

  private record Key(boolean transposed, long address, int stride, int rows, int cols) {}

  private static final ThreadLocal<PackedWeights> CURRENT = new ThreadLocal<>();

  private final BlockPool pool;
  private final long beginning;
  private final Map<Key, Block> blocks = new HashMap<>();
  private long bytes;

  /** Whether weights are found only, and none are packed any more. */
  private boolean complete;

  /**
   * None yet; they are packed where the first run meets them.
   *
   * @param pool whose memory they take
   */
  private PackedWeights(BlockPool pool) {
    this.pool = pool;
    this.beginning = pool.scopesOpened();
  }

  /** Runs work for the first time, which packs what it multiplies by; runs it again on that. */
  public static CapturedGraph capture(Runnable work, BlockPool pool) {
    PackedWeights weights = new PackedWeights(pool);
    try {
      weights.around(work);
    } catch (RuntimeException | Error e) {
      weights.free();
      throw e;
    }
    weights.complete = true;
    return CapturedGraph.ofRunning(() -> weights.around(work), weights::free);
  }

  /** Runs work that finds these weights. */
  private void around(Runnable work) {
    PackedWeights before = CURRENT.get();
    CURRENT.set(this);
    try {
      work.run();
    } finally {
      CURRENT.set(before);
    }
  }

  /**
   * The address of the packed form of a layer's weights, for the work around the caller.
   *
   * @param rows of the layer's input
   * @return 0 if there is none
   */
  public static long of(boolean transW, Matrix w, int rows) {
    PackedWeights current = CURRENT.get();
    // A single row is multiplied without packing.
    return current == null || rows < 2 ? 0 : current.packed(transW, w);
  }

  private long packed(boolean transW, Matrix w) {
    long address = CpuTensor.address(w);
    Key key = new Key(transW, address, w.stride(), w.rows(), w.cols());
    Block found = blocks.get(key);
    if (found != null || complete) {
      return found == null ? 0 : found.address();
    }
    long needed = (long) Float.BYTES * w.rows() * w.cols();
    // What the work makes by itself is another matrix in the next run.
    boolean lasts = CpuTensor.of(w).scopeNumber() <= beginning;
    if (w.dtype() != DType.F32 || needed == 0 || !lasts || bytes + needed > MAX_BYTES) {
      return 0;
    }
    Block block = pool.take(needed);
    int inner = transW ? w.cols() : w.rows();
    int cols = transW ? w.rows() : w.cols();
    PackedKernels.pack(transW, address, w.stride(), inner, cols, block.address());
    blocks.put(key, block);
    bytes += needed;
    return block.address();
  }

  private void free() {
    blocks.values().forEach(pool::give);
    blocks.clear();
  }
}
