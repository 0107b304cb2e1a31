package io.github.lrfbench.harness.calibrate;

import io.github.lrfbench.kernels.InputException;

/**
 * How training examples are shared out between statistics and what a method chooses by; none is of
 * both. What is held out comes first where there is enough for that beside the statistics; else a
 * part of {@value #SHARE} of all examples is held out, and the statistics have the others.
 *
 * @param calibration examples that statistics are collected on
 * @param heldOut others, to choose by; 0 where nothing is chosen by examples
 */
public record ExampleSplit(int calibration, int heldOut) {
  /** With fewer a standard error says nothing. */
  public static final int LEAST = 8;

  /** Where there are too few for both, one example in so many is held out. */
  public static final int SHARE = 5;

  /**
   * Shares examples out.
   *
   * @param source where they come from, for messages
   * @param all how many there are
   * @param calibration the most to collect statistics on
   * @param wanted how many to hold out
   * @throws InputException if fewer than {@value #LEAST} could be held out, and more are wanted
   */
  public static ExampleSplit of(String source, int all, int calibration, int wanted) {
    int heldOut = Math.min(wanted, Math.max(all - calibration, all / SHARE));
    if (heldOut < Math.min(wanted, LEAST)) {
      throw new InputException(
          source
              + ": "
              + all
              + " training examples are too few to hold "
              + LEAST
              + " out that the method chooses by; it takes "
              + LEAST * SHARE
              + (all > LEAST ? ", or --calibration " + (all - LEAST) + " or fewer" : ""));
    }
    return new ExampleSplit(Math.min(calibration, all - heldOut), heldOut);
  }
}
