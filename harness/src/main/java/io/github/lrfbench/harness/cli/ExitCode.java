package io.github.lrfbench.harness.cli;

/**
 * What the process ends with. When it is interrupted from the keyboard, the Java runtime ends it
 * with 130.
 */
public final class ExitCode {
  /** All is done. */
  public static final int DONE = 0;

  /** Some cells failed, or the program itself did. */
  public static final int FAILED = 1;

  /** Wrong usage or input: one line on stderr, nothing written. */
  public static final int WRONG_INPUT = 2;

  private ExitCode() {}
}
