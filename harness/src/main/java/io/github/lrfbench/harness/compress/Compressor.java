package io.github.lrfbench.harness.compress;

/**
 * A compression method. Found by {@link java.util.ServiceLoader}, so that a jar on the class path
 * can add one; an implementation has a public constructor without parameters and keeps no state
 * between calls.
 */
public interface Compressor {
  /** What the method is and needs. */
  MethodInfo info();

  /**
   * Finds replacements for the requested matrices. The request's model is not modified.
   *
   * @throws io.github.lrfbench.kernels.InputException if the request cannot be met
   */
  Compression compress(CompressionRequest request);
}
