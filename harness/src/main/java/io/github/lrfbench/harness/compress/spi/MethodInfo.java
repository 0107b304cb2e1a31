package io.github.lrfbench.harness.compress.spi;

import java.util.List;
import java.util.Set;

/**
 * What a user is told of a method.
 *
 * @param name as given to {@code --method}
 * @param title one line
 * @param source the paper it comes from, or empty
 * @param needs what it needs beside the budget, with its options at their standard
 * @param equivalent which methods give the same matrices in exact arithmetic, and when; or empty
 * @param options that it can be given
 */
public record MethodInfo(
    String name,
    String title,
    String source,
    Set<Need> needs,
    String equivalent,
    List<MethodOption> options) {
  /** A method without options that equals no other. */
  public MethodInfo(String name, String title, String source, Set<Need> needs) {
    this(name, title, source, needs, "", List.of());
  }

  /** What a method computes from. */
  public enum Need {
    /** The weights alone. */
    WEIGHTS,
    /** Moments of the inputs of every matrix, from calibration data. */
    ACTIVATIONS,
    /** Squared gradients of the task loss. */
    FISHER,
    /** Gradients of the task loss by the inputs or the outputs of every matrix. */
    GRADIENTS,
    /** The loss on held-out training examples. */
    LOSS,
    /** What training examples should give. */
    LABELS,
    /** Training steps. */
    TRAINING;

    /** Whether training data of the task is read for it. */
    public boolean isCalibration() {
      return this != WEIGHTS;
    }
  }
}
