package io.github.lrfbench.harness.cli;

/**
 * While it is open, an end of the process from outside (Ctrl-C, or a scheduler's signal) says what
 * is kept.
 */
final class Interruption implements AutoCloseable {
  private final Thread hook;

  /** Has something done when the process is ended. */
  Interruption(Runnable farewell) {
    hook = new Thread(farewell, "interruption");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is ending, and the user is told.
    }
  }
}
