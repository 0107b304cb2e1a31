package io.github.lrfbench.harness.compress;

import java.util.Set;

/**
 * What a user is told of a method.
 *
 * @param name as given to {@code --method}
 * @param title one line
 * @param source the paper it comes from, or empty
 * @param needs what it needs beside the budget
 */
public record MethodInfo(String name, String title, String source, Set<Need> needs) {
  /** Whether the method computes from calibration data of the task. */
  public boolean needsCalibration() {
    return needs.contains(Need.ACTIVATIONS) || needs.contains(Need.FISHER);
  }

  /** What a method computes from. */
  public enum Need {
    /** The weights alone. */
    WEIGHTS,
    /** Moments of the inputs of every matrix, from calibration data. */
    ACTIVATIONS,
    /** Squared gradients of the task loss. */
    FISHER,
    /** Training steps. */
    TRAINING
  }
}
