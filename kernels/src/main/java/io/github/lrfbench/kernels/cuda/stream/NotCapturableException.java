package io.github.lrfbench.kernels.cuda.stream;

/** An operation that waits for the device, or reads what the host holds, cannot be captured. */
public final class NotCapturableException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  NotCapturableException(String operation) {
    super(operation + " cannot be part of a graph");
  }
}
