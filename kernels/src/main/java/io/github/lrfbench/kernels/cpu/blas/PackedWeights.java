package io.github.lrfbench.kernels.cpu.blas;

import io.github.lrfbench.kernels.CapturedGraph;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.cpu.memory.Block;
import io.github.lrfbench.kernels.cpu.memory.BlockPool;
import io.github.lrfbench.kernels.cpu.memory.CpuTensor;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Weights that were made ready for products, for work that was captured or does not change them:
 * packed for {@link PackedKernels}, or rounded. The work runs in {@link #around}, so that the
 * linear layers that it calls find them.
 */
public final class PackedWeights {
  /** What is packed for work that is done once, which is to leave memory for large models. */
  private static final long MAX_BYTES_ONCE = 1L << 29;

  private record Key(boolean transposed, long address, int stride, int rows, int cols) {
    static Key of(boolean transposed, Matrix w) {
      return new Key(transposed, CpuTensor.address(w), w.stride(), w.rows(), w.cols());
    }
  }

  private static final ThreadLocal<PackedWeights> CURRENT = new ThreadLocal<>();

  private final BlockPool pool;
  private final long beginning;
  private final boolean once;

  /** Weights beyond this are packed in every product, as they are without a graph. */
  private final long mostBytes;

  private final Map<Key, Block> blocks = new HashMap<>();
  private final Map<Key, AutoCloseable> rounded = new HashMap<>();

  /**
   * Weights that work which is done once has met, and that are packed where it meets them again.
   */
  private final Set<Key> met = new HashSet<>();

  private long bytes;

  /** Whether weights are found only, and none are packed any more. */
  private boolean complete;

  /**
   * None yet.
   *
   * @param pool whose memory they take
   * @param once whether the work is done once: then weights are packed where it multiplies by them
   *     for the second time, else where the first run meets them
   * @param mostBytes of packed weights
   */
  private PackedWeights(BlockPool pool, boolean once, long mostBytes) {
    this.pool = pool;
    this.once = once;
    this.mostBytes = mostBytes;
    this.beginning = pool.scopesOpened();
  }

  /**
   * Runs work for the first time, which packs what it multiplies by; runs it again on that.
   *
   * @param mostBytes of weights that are packed
   */
  public static CapturedGraph capture(Runnable work, BlockPool pool, long mostBytes) {
    PackedWeights weights = new PackedWeights(pool, false, mostBytes);
    try {
      weights.around(work);
    } catch (RuntimeException | Error e) {
      weights.free();
      throw e;
    }
    weights.complete = true;
    return CapturedGraph.ofRunning(() -> weights.around(work), weights::free);
  }

  /**
   * Runs work once, which keeps weights that it has rounded, and those that it has packed because
   * it multiplies by them several times.
   */
  public static void during(Runnable work, BlockPool pool) {
    PackedWeights weights = new PackedWeights(pool, true, MAX_BYTES_ONCE);
    try {
      weights.around(work);
    } finally {
      weights.free();
    }
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
   * The address of the packed form of a layer's weights, for the work around the caller. A single
   * row gains by them as well: they are read from one end to the other, as fast as memory gives
   * them.
   *
   * @return 0 if there is none
   */
  public static long of(boolean transW, Matrix w) {
    PackedWeights current = CURRENT.get();
    return current == null ? 0 : current.packed(transW, w);
  }

  /**
   * The rounded form of a layer's weights, for the work around the caller.
   *
   * @param make makes it, where the work has come to these weights for the first time
   * @return null if there is none
   */
  public static AutoCloseable rounded(
      boolean transW, Matrix w, Supplier<? extends AutoCloseable> make) {
    PackedWeights current = CURRENT.get();
    if (current == null) {
      return null;
    }
    Key key = Key.of(transW, w);
    AutoCloseable found = current.rounded.get(key);
    if (found != null || current.complete || !current.lasts(w)) {
      return found;
    }
    AutoCloseable made = make.get();
    current.rounded.put(key, made);
    return made;
  }

  /** What the work makes by itself is another matrix in the next run. */
  private boolean lasts(Matrix w) {
    return CpuTensor.of(w).scopeNumber() <= beginning;
  }

  private long packed(boolean transW, Matrix w) {
    Key key = Key.of(transW, w);
    Block found = blocks.get(key);
    if (found != null || complete) {
      return found == null ? 0 : found.address();
    }
    long needed = (long) Float.BYTES * w.rows() * w.cols();
    boolean fits = needed > 0 && needed <= mostBytes - bytes;
    if (w.dtype() != DType.F32 || !fits || !lasts(w) || !PackedKernels.areAvailable()) {
      return 0;
    }
    if (once && met.add(key)) {
      return 0;
    }
    Block block = pool.take(needed);
    int inner = transW ? w.cols() : w.rows();
    int cols = transW ? w.rows() : w.cols();
    PackedKernels.pack(transW, key.address, w.stride(), inner, cols, block.address());
    blocks.put(key, block);
    bytes += needed;
    return block.address();
  }

  private void free() {
    blocks.values().forEach(pool::give);
    blocks.clear();
    for (AutoCloseable weights : rounded.values()) {
      try {
        weights.close();
      } catch (Exception e) {
        throw new IllegalStateException("cannot give back rounded weights", e);
      }
    }
    rounded.clear();
  }
}
