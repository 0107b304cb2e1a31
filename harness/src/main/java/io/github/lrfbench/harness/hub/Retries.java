package io.github.lrfbench.harness.hub;

import io.github.lrfbench.harness.text.OneLine;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Repeats what fails for a reason that may pass, a few times, with pauses that double or that the
 * server asks for. One object for one operation.
 */
final class Retries {
  /** Something that may be tried again. */
  interface Attempt<T> {
    T run() throws IOException;
  }

  private static final int ATTEMPTS = 5;
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(5);

  private final Duration pause;
  private final Consumer<String> notes;
  private int failures;

  /**
   * No failure yet.
   *
   * @param pause before the first repetition
   * @param notes hears of each failure that is followed by a repetition
   */
  Retries(Duration pause, Consumer<String> notes) {
    this.pause = pause;
    this.notes = notes;
  }

  /** Forgets the failures so far, since the work goes on. */
  void progressed() {
    failures = 0;
  }

  /**
   * Runs an attempt until it succeeds.
   *
   * @param what is being done, for messages
   * @throws HubException if it failed too often, or the server wants too long a pause
   */
  <T> T run(String what, Attempt<T> attempt) {
    while (true) {
      try {
        return attempt.run();
      } catch (IOException e) {
        failures++;
        String reason = what + ": " + OneLine.reason(e);
        if (failures >= ATTEMPTS) {
          throw new HubException(reason + "; given up after " + ATTEMPTS + " attempts", e);
        }
        Duration wait = wait(e);
        if (wait.compareTo(LONGEST_WAIT) > 0) {
          throw new HubException(
              reason + "; the server asks to wait for " + wait.toSeconds() + " s", e);
        }
        notes.accept(reason + "; trying again in " + seconds(wait));
        sleep(wait, what);
      }
    }
  }

  private Duration wait(IOException failure) {
    Duration own = pause.multipliedBy(1L << (failures - 1));
    return failure instanceof TransientFailure told ? told.retryAfter().orElse(own) : own;
  }

  private static String seconds(Duration wait) {
    return wait.toSeconds() + " s";
  }

  private static void sleep(Duration wait, String what) {
    try {
      Thread.sleep(wait.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HubException(what + ": stopped", e);
    }
  }
}
