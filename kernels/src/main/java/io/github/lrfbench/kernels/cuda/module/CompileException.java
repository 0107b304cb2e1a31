package io.github.lrfbench.kernels.cuda.module;

/** A kernel did not compile; the message carries the compiler's log. */
public final class CompileException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CompileException(String message) {
    super(message);
  }
}
