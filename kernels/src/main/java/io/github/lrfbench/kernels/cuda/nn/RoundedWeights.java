package io.github.lrfbench.kernels.cuda.nn;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.cuda.tensor.CudaScope;
import io.github.lrfbench.kernels.cuda.tensor.CudaTensor;
import io.github.lrfbench.kernels.cuda.tensor.Gpu;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * Weights that were rounded to 8 bits when work on them was captured: the graph finds their codes,
 * and rounds none itself. The work runs in {@link #around}.
 */
public final class RoundedWeights implements AutoCloseable {
  private record Key(boolean transposed, long address, int stride, int rows, int cols) {}

  /**
   * Rounded weights.
   *
   * @param codes I8 [outputs, inputs rounded up to whole ints], zeros after the last input
   * @param steps F32 [outputs]
   */
  record Rounded(Tensor codes, Tensor steps) {
    static Rounded allocate(int outputs, int inputs, Scope scope) {
      long width = (inputs + Integer.BYTES - 1L) / Integer.BYTES * Integer.BYTES;
      return new Rounded(
          scope.allocate(DType.I8, outputs, width), scope.allocate(DType.F32, outputs));
    }
  }

  private static final ThreadLocal<RoundedWeights> CURRENT = new ThreadLocal<>();

  private final Scope scope;
  private final long beginning = CudaScope.opened();
  private final Map<Key, Rounded> all = new HashMap<>();

  /** Whether weights are found only, and none are rounded any more. */
  private boolean complete;

  /** None yet; their memory is that of the calling thread's stream. */
  public RoundedWeights(Gpu device) {
    scope = device.openScope();
  }

  /**
   * Does work that rounds the weights which it meets.
   *
   * @param first whether it is the first time; later it finds them
   */
  public void around(Runnable work, boolean first) {
    RoundedWeights before = CURRENT.get();
    complete = !first;
    CURRENT.set(this);
    try {
      work.run();
    } finally {
      CURRENT.set(before);
    }
  }

  /**
   * Those of a layer, for the work around the caller.
   *
   * @param make makes them in a scope, where the work has come to them for the first time
   * @return null if there are none
   */
  static Rounded of(boolean transposed, Matrix w, Function<Scope, Rounded> make) {
    RoundedWeights current = CURRENT.get();
    // What the work makes by itself is another matrix in the next run.
    if (current == null || CudaTensor.of(w.data()).scopeNumber() > current.beginning) {
      return null;
    }
    Key key = new Key(transposed, CudaTensor.address(w), w.stride(), w.rows(), w.cols());
    return current.complete
        ? current.all.get(key)
        : current.all.computeIfAbsent(key, missing -> make.apply(current.scope));
  }

  @Override
  public void close() {
    scope.close();
  }
}
