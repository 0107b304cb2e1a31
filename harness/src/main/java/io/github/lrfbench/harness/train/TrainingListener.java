package io.github.lrfbench.harness.train;

import io.github.lrfbench.harness.exchange.Exchanged;

/** Hears how training goes. */
public interface TrainingListener {
  /** Does nothing. */
  TrainingListener NONE = new TrainingListener() {};

  /** The workers of a step have exchanged their gradients; the step follows. */
  default void exchanged(Exchanged exchange) {}

  /**
   * A step is done.
   *
   * @param epoch from 1
   * @param step from 1
   * @param total number of steps
   * @param loss mean of the step's examples
   * @param rate the learning rate
   * @param seconds since training began, resumed runs included
   */
  default void step(int epoch, long step, long total, double loss, double rate, double seconds) {}

  /**
   * An epoch that is done.
   *
   * @param number from 1
   * @param step number of steps done
   * @param loss mean over the epoch's examples
   * @param metric of the evaluation, NaN if there was none
   * @param heldOutLoss on the examples held out, NaN if there are none
   * @param kept whether its weights are kept, until those of a later epoch are
   * @param seconds since training began
   */
  record Epoch(
      int number,
      long step,
      double loss,
      double metric,
      double heldOutLoss,
      boolean kept,
      double seconds) {}

  /** An epoch is done and the model evaluated. The model has its weights now. */
  default void epoch(Epoch epoch) {}
}
