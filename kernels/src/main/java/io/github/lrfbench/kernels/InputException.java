package io.github.lrfbench.kernels;

/**
 * A failure that the user can mend: bad input, wrong usage, a device that is not there. The message
 * is one line that names the thing and the fault; the command line prints it and exits with code 2.
 */
public class InputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** A failure described by one line. */
  public InputException(String message) {
    super(message);
  }

  /** A failure described by one line, with what caused it. */
  public InputException(String message, Throwable cause) {
    super(message, cause);
  }
}
