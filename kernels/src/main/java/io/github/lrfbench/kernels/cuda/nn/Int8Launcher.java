package io.github.lrfbench.kernels.cuda.nn;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.cuda.module.Grid;
import io.github.lrfbench.kernels.cuda.module.KernelVariant;
import io.github.lrfbench.kernels.cuda.nn.RoundedWeights.Rounded;
import io.github.lrfbench.kernels.cuda.tensor.CudaTensor;
import io.github.lrfbench.kernels.cuda.tensor.ElementTypes;
import io.github.lrfbench.kernels.cuda.tensor.Gpu;
import io.github.lrfbench.kernels.ops.Activation;

/**
 * Products of codes of 8 bits, whose inputs are rounded row by row. Arguments have been checked.
 */
final class Int8Launcher {
  private static final int THREADS = 256;
  private static final int WARP = 32;
  private static final int WARPS = THREADS / WARP;
  private static final int TILE = 64;

  /** Rows that a warp looks through for outliers, at least. */
  private static final int SEARCHED = 8;

  /** Codes of an int. */
  private static final int WORD = 4;

  private final Gpu device;

  Int8Launcher(Gpu device) {
    this.device = device;
  }

  /** Queues {@link io.github.lrfbench.kernels.ops.Nn#int8Linear}. */
  void linear(
      Matrix x,
      Matrix codes,
      Tensor scales,
      float threshold,
      Tensor bias,
      Activation activation,
      Matrix y) {
    if (y.rows() == 0 || y.cols() == 0) {
      return;
    }
    try (Scope work = y.device().openScope()) {
      Tensor mask = threshold == 0 ? null : outliers(x, threshold, work);
      multiply(x, mask, codes, scales, bias, activation, y, work);
    }
  }

  /** Queues {@code y = activation(x op(w) + bias)} whose factors are rounded, none empty. */
  void rounded(Matrix x, boolean transW, Matrix w, Tensor bias, Activation activation, Matrix y) {
    Rounded kept = RoundedWeights.of(transW, w, scope -> round(transW, w, scope));
    try (Scope work = y.device().openScope()) {
      Rounded weights = kept == null ? round(transW, w, work) : kept;
      Matrix codes = Matrix.of(weights.codes());
      multiply(x, null, codes, weights.steps(), bias, activation, y, work);
    }
  }

  /** The weights of each output, which are columns of w if it is not transposed. */
  private Rounded round(boolean transW, Matrix w, Scope scope) {
    int outputs = transW ? w.rows() : w.cols();
    int inputs = transW ? w.cols() : w.rows();
    Rounded weights = Rounded.allocate(outputs, inputs, scope);
    if (transW) {
      round(w, null, weights);
      return weights;
    }
    try (Scope work = scope.device().openScope()) {
      Matrix rows = Matrix.of(work.allocate(w.dtype(), outputs, inputs));
      device.blas().transpose(w, rows);
      round(rows, null, weights);
    }
    return weights;
  }

  private void round(Matrix x, Tensor mask, Rounded target) {
    launch(
        ElementTypes.variant("int8_rows", x.dtype()),
        Grid.covering(x.rows(), WARPS),
        CudaTensor.address(x),
        (long) x.stride(),
        address(mask),
        address(target.codes()),
        address(target.steps()),
        x.rows(),
        x.cols());
  }

  /**
   * Queues the product.
   *
   * @param mask of the outliers; null for none
   * @param codes of the weights; behind those of x's columns there may be zeros
   */
  private void multiply(
      Matrix x,
      Tensor mask,
      Matrix codes,
      Tensor scales,
      Tensor bias,
      Activation activation,
      Matrix y,
      Scope work) {
    Rounded rounded = Rounded.allocate(x.rows(), x.cols(), work);
    round(x, mask, rounded);
    long first = CudaTensor.address(codes);
    boolean words = first % WORD == 0 && codes.stride() % WORD == 0 && codes.cols() % WORD == 0;
    launch(
        ElementTypes.variant("int8_linear", y.dtype())
            .with("ACTIVATION", activation)
            .with("WORDS", words ? 1 : 0),
        Grid.of(tiles(y.rows()) * tiles(y.cols())),
        address(rounded.codes()),
        address(rounded.steps()),
        first,
        (long) codes.stride(),
        address(scales),
        address(mask),
        CudaTensor.address(x),
        (long) x.stride(),
        address(bias),
        CudaTensor.address(y),
        (long) y.stride(),
        y.rows(),
        x.cols(),
        y.cols());
  }

  private static long tiles(int size) {
    return (size + TILE - 1L) / TILE;
  }

  /** Bits of the columns of which a magnitude reaches the threshold. */
  private Tensor outliers(Matrix x, float threshold, Scope work) {
    int words = (x.cols() + WARP - 1) / WARP;
    Tensor mask = work.zeros(DType.I8, (long) Integer.BYTES * words);
    int rows = WARPS * SEARCHED;
    int parts = Math.max(1, (int) ((x.rows() + rows - 1L) / rows));
    launch(
        ElementTypes.variant("outlier_columns", x.dtype()),
        Grid.of((long) words * parts),
        CudaTensor.address(x),
        (long) x.stride(),
        threshold,
        address(mask),
        x.rows(),
        x.cols(),
        parts);
    return mask;
  }

  private void launch(KernelVariant variant, Grid grid, Object... arguments) {
    if (!grid.isEmpty()) {
      device
          .modules()
          .kernel(variant)
          .launch(device.stream().handle(), grid, THREADS, 0, arguments);
    }
  }

  private static long address(Tensor tensor) {
    return tensor == null ? 0 : CudaTensor.of(tensor).address();
  }
}
