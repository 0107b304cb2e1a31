package io.github.lrfbench.harness.hub;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** A failed request that may succeed when it is repeated. */
final class TransientFailure extends IOException {
  private static final long serialVersionUID = 1;

  /** How long the server wants us to wait, or null. */
  private final transient Duration wait;

  TransientFailure(String message) {
    this(message, null);
  }

  TransientFailure(String message, Duration wait) {
    super(message);
    this.wait = wait;
  }

  Optional<Duration> retryAfter() {
    return Optional.ofNullable(wait);
  }
}
