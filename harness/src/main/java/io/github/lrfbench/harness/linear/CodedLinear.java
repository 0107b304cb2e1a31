package io.github.lrfbench.harness.linear;

import io.github.lrfbench.harness.autograd.Layer;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.ProductRounding;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import io.github.lrfbench.kernels.ops.Nn;
import java.util.List;
import java.util.function.Function;

/**
 * A linear map whose matrix is stored as codes of a few bits. It runs by expanding a tile of
 * outputs at a time, unless a form has a better way. Nothing of W is trained.
 */
public interface CodedLinear extends Linear {
  /** Most elements of W that are expanded at a time, but no fewer than a row. */
  int TILE = 1 << 20;

  /** What is stored of every element, packed. */
  Matrix codes();

  /** How it runs, for a reader. */
  default String runs() {
    return "by expanding " + (tiles() == 1 ? "the whole matrix" : tiles() + " tiles in turn");
  }

  /** Bits of a code. */
  int codeBits();

  /** Outputs that a tile begins at a multiple of. */
  default int tileStep() {
    return 1;
  }

  /**
   * Writes some rows of W.
   *
   * @param from a multiple of {@link #tileStep}
   * @param tile of a floating-point type [to - from, inputs], modified
   */
  void expand(Nn nn, int from, int to, Matrix tile);

  /** Tiles that it expands one after the other. */
  default int tiles() {
    return (outputs() + tileRows() - 1) / tileRows();
  }

  private int tileRows() {
    int step = tileStep();
    return Math.max(step, TILE / inputs() / step * step);
  }

  @Override
  default long parameters() {
    return (long) outputs() * inputs();
  }

  @Override
  default long flopsPerRow() {
    return 2 * parameters();
  }

  @Override
  default void forward(Ops ops, Matrix x, Activation activation, Matrix y) {
    if (tiles() == 1) {
      forward(ops, x, 0, outputs(), bias(), activation, y);
      return;
    }
    for (int from = 0; from < outputs(); from += tileRows()) {
      int to = Math.min(outputs(), from + tileRows());
      forward(ops, x, from, to, null, Activation.NONE, y.columns(from, to));
    }
    // The bias is not taken apart: its gradient belongs to the whole tensor.
    if (bias() != null || activation != Activation.NONE) {
      ops.biasActivation(y, bias(), activation);
    }
  }

  /** Some of the outputs. */
  private void forward(
      Ops ops, Matrix x, int from, int to, Tensor own, Activation activation, Matrix y) {
    try (Ops frame = ops.frame()) {
      Matrix tile = Matrix.of(frame.allocate(x.dtype(), to - from, inputs()));
      expand(frame, from, to, tile);
      frame.linear(x, true, tile, own, activation, y);
    }
  }

  /** A matrix is rounded once where factors of products are, and codes that mean one every time. */
  @Override
  default List<Function<Scope, Layer>> expansions() {
    ProductRounding rounding = codes().device().rounding();
    boolean once = rounding == ProductRounding.INT8 || rounding == ProductRounding.BF16;
    return once && !roundsInputs()
        ? List.of(scope -> DenseLinear.expansion(this, scope))
        : List.of();
  }

  @Override
  default void materialize(Device device, Matrix target) {
    expand(device.nn(), 0, outputs(), target);
  }
}
