package io.github.lrfbench.harness.train;

/**
 * What AdamW is set to (Loshchilov and Hutter 2019).
 *
 * @param beta1 decay of the mean of gradients
 * @param beta2 decay of the mean of their squares
 * @param epsilon added to the root of the latter
 * @param weightDecay share of a matrix that is taken away in a step, times the learning rate;
 *     biases and layer norms do not decay
 */
public record AdamWSettings(double beta1, double beta2, double epsilon, double weightDecay) {
  /** What BERT is fine-tuned with. */
  public static final AdamWSettings DEFAULT = new AdamWSettings(0.9, 0.999, 1e-8, 0.01);
}
