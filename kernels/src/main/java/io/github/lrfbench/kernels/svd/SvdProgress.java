package io.github.lrfbench.kernels.svd;

/** Hears how far a list of decompositions is. */
@FunctionalInterface
public interface SvdProgress {
  /** Hears nothing. */
  SvdProgress NONE = (finished, total) -> {};

  /** Called after each matrix, from any thread, one call at a time. */
  void finished(int finished, int total);
}
