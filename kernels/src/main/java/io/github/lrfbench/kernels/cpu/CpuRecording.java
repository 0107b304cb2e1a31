package io.github.lrfbench.kernels.cpu;

import io.github.lrfbench.kernels.Recording;

/** Work that is run again, on weights that were packed when it was run first. */
final class CpuRecording implements Recording {
  private final Runnable work;
  private final PackedWeights weights;
  private boolean open = true;

  private CpuRecording(Runnable work, PackedWeights weights) {
    this.work = work;
    this.weights = weights;
  }

  /** Runs the work for the first time. */
  static CpuRecording of(Runnable work, CpuDevice device) {
    PackedWeights weights = new PackedWeights(device);
    try {
      weights.around(work);
      weights.complete();
      return new CpuRecording(work, weights);
    } catch (RuntimeException | Error e) {
      weights.close();
      throw e;
    }
  }

  @Override
  public void replay() {
    if (!open) {
      throw new IllegalStateException("the recording is closed");
    }
    weights.around(work);
  }

  @Override
  public boolean isCaptured() {
    return false;
  }

  @Override
  public void close() {
    open = false;
    weights.close();
  }
}
