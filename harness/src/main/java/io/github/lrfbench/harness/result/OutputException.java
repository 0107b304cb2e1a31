package io.github.lrfbench.harness.result;

/**
 * Results could not be written, though others of the same call were: the disk is full, say. The
 * message is one line.
 */
public final class OutputException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** A failure to write. */
  public OutputException(String message, Throwable cause) {
    super(message, cause);
  }
}
