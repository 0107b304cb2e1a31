package io.github.lrfbench.harness.compress.tensor;

import io.github.lrfbench.kernels.Scope;

/** What every corner of [R1, R2, R3] of a tensor's full HOSVD core holds: sums of squares. */
final class CoreEnergy {
  private final int d;
  private final int w;
  private final int slices;

  /** By slices, columns and rows, each sum over all indices up to these. */
  private final double[] sums;

  CoreEnergy(SliceTensor tensor) {
    this.d = tensor.most(SliceTensor.ROWS);
    this.w = tensor.most(SliceTensor.COLUMNS);
    this.slices = tensor.most(SliceTensor.SLICES);
    try (Scope scratch = tensor.x().device().openScope()) {
      SliceTensor core = tensor;
      for (int mode = 0; mode < 3; mode++) {
        core = core.times(mode, tensor.leading(mode, tensor.most(mode), scratch), scratch);
      }
      this.sums = core.x().data().toDoubles();
    }
    for (int i = 0; i < sums.length; i++) {
      sums[i] *= sums[i];
    }
    accumulate(1, d);
    accumulate(d, w);
    accumulate(d * w, slices);
  }

  /** Sums along an axis of a size whose neighbours are a distance apart. */
  private void accumulate(int distance, int size) {
    for (int i = 0; i < sums.length; i++) {
      if (i / distance % size > 0) {
        sums[i] += sums[i - distance];
      }
    }
  }

  double of(int[] shape) {
    int k = Math.min(shape[2], slices) - 1;
    int j = Math.min(shape[1], w) - 1;
    int i = Math.min(shape[0], d) - 1;
    return sums[(k * w + j) * d + i];
  }

  /** The energy of the tensor. */
  double total() {
    return sums[sums.length - 1];
  }
}
