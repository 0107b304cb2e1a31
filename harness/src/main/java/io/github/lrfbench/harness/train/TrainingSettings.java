package io.github.lrfbench.harness.train;

import io.github.lrfbench.kernels.InputException;

/**
 * How a model is trained.
 *
 * @param epochs passes over the training examples, at least 1
 * @param learningRate the largest, after the warm-up
 * @param batchSize examples per optimizer step
 * @param microBatch the most examples per forward pass; gradients of the passes of a step are added
 *     up
 * @param warmup share of all steps in which the rate rises from 0; it falls to 0 in the others
 * @param optimizer what AdamW is set to
 * @param gradientClip the largest norm of the gradient; larger ones are scaled down; 0 for none
 * @param patience epochs without a smaller loss on held-out examples after which training stops; 0
 *     for never
 * @param selection which epoch's weights are kept
 * @param seed of the order of examples and of dropout
 */
public record TrainingSettings(
    int epochs,
    double learningRate,
    int batchSize,
    int microBatch,
    double warmup,
    AdamWSettings optimizer,
    double gradientClip,
    int patience,
    Selection selection,
    long seed) {
  /** Examples per step where nothing else is asked for, and of a pass. */
  public static final int BATCH_SIZE = 32;

  /** The share of steps in which the rate rises, where nothing else is asked for. */
  public static final double WARMUP = 0.1;

  /** The largest norm of gradients where nothing else is asked for. */
  public static final int GRADIENT_CLIP = 1;

  /** Training as it is where only this is asked for. */
  public static TrainingSettings standard(
      int epochs, double learningRate, int batchSize, Selection selection, long seed) {
    return new TrainingSettings(
        epochs,
        learningRate,
        batchSize,
        BATCH_SIZE,
        WARMUP,
        AdamWSettings.DEFAULT,
        GRADIENT_CLIP,
        0,
        selection,
        seed);
  }

  /** Checks the numbers. */
  public TrainingSettings {
    require(epochs >= 1, "--epochs must be at least 1, but is " + epochs);
    require(
        learningRate > 0 && learningRate < 1,
        "--lr must be between 0 and 1, but is " + learningRate);
    require(batchSize >= 1, "--batch-size must be at least 1, but is " + batchSize);
    require(microBatch >= 1, "--micro-batch must be at least 1, but is " + microBatch);
    require(warmup >= 0 && warmup <= 1, "--warmup must be from 0 to 1, but is " + warmup);
    require(
        optimizer.weightDecay() >= 0,
        "--weight-decay must be at least 0, but is " + optimizer.weightDecay());
    require(gradientClip >= 0, "--grad-clip must be at least 0, but is " + gradientClip);
    require(patience >= 0, "--patience must be at least 0, but is " + patience);
    require(
        patience == 0 || selection == Selection.HELD_OUT,
        "--patience waits for a smaller held-out loss: give --select held-out with it");
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new InputException(message);
    }
  }

  /**
   * The learning rate of a step: up linearly, then down linearly to 0.
   *
   * @param step from 1
   * @param total number of steps
   */
  public double rate(long step, long total) {
    double warm = Math.ceil(warmup * total);
    double done = step - 1;
    // As transformers does it: the first step's rate is 0 with a warm-up.
    return learningRate * (done < warm ? done / warm : (total - done) / Math.max(1, total - warm));
  }
}
