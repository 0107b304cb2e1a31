package io.github.lrfbench.harness.hub;

/**
 * The hub, or the way to it, failed: nothing that the user named is wrong, and the same command may
 * succeed later. The message is one line for the user.
 */
public final class HubException extends RuntimeException {
  private static final long serialVersionUID = 1;

  HubException(String message) {
    super(message);
  }

  HubException(String message, Throwable cause) {
    super(message, cause);
  }
}
