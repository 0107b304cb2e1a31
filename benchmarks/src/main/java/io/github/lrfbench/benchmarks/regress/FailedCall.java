package io.github.lrfbench.benchmarks.regress;

/** A process that could not be started, or that ended with a fault; the message is one line. */
final class FailedCall extends RuntimeException {
  private static final long serialVersionUID = 1;

  FailedCall(String message) {
    super(message);
  }
}
