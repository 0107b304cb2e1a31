package io.github.lrfbench.kernels.cuda.driver;

/** A call of CUDA or one of its libraries failed. */
public final class CudaCallException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int code;

  CudaCallException(String message, int code) {
    super(message);
    this.code = code;
  }

  /** What the call returned. */
  public int code() {
    return code;
  }
}
