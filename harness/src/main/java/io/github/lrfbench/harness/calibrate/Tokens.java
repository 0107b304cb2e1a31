package io.github.lrfbench.harness.calibrate;

/** Over which tokens of calibration data the moments of a matrix's inputs are taken. */
public enum Tokens {
  /** All of them. */
  ALL,
  /**
   * Those that the model's output depends on. In the last block of a classifier its head reads one
   * token of a sequence: what becomes of the others there is of no account.
   */
  REACHED
}
