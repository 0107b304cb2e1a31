package io.github.lrfbench.harness.peer;

/** A peer failed, or computes something else; the message is a line for users. */
public final class PeerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** A failure with a message. */
  public PeerException(String message) {
    super(message);
  }
}
