package io.github.lrfbench.kernels.cuda.nn;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.cuda.module.Grid;
import io.github.lrfbench.kernels.cuda.module.KernelVariant;
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
      Tensor rounded = work.allocate(DType.I32, x.rows(), (x.cols() + WORD - 1) / WORD);
      Tensor steps = work.allocate(DType.F32, x.rows());
      launch(
          ElementTypes.variant("int8_rows", x.dtype()),
          Grid.covering(x.rows(), WARPS),
          CudaTensor.address(x),
          (long) x.stride(),
          address(mask),
          address(rounded),
          address(steps),
          x.rows(),
          x.cols());
      long first = CudaTensor.address(codes);
      boolean words = first % WORD == 0 && codes.stride() % WORD == 0 && codes.cols() % WORD == 0;
      launch(
          ElementTypes.variant("int8_linear", y.dtype())
              .with("ACTIVATION", activation)
              .with("WORDS", words ? 1 : 0),
          Grid.of(tiles(y.rows()) * tiles(y.cols())),
          address(rounded),
          address(steps),
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
  }

  private static long tiles(int size) {
    return (size + TILE - 1L) / TILE;
  }

  /** Bits of the columns of which a magnitude reaches the threshold. */
  private Tensor outliers(Matrix x, float threshold, Scope work) {
    int words = (x.cols() + WARP - 1) / WARP;
    Tensor mask = work.zeros(DType.I32, words);
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
