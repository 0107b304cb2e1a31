package io.github.lrfbench.kernels.ops;

/**
 * The numbers of one step of Adam with decoupled weight decay (Loshchilov and Hutter 2019).
 *
 * @param step number of the step, from 1
 * @param learningRate η
 * @param beta1 decay of the mean of gradients
 * @param beta2 decay of the mean of their squares
 * @param epsilon added to the root of the latter
 * @param weightDecay λ: the parameter shrinks by η λ of itself
 * @param gradientScale what the gradient is multiplied by first, to average or to clip it
 */
public record AdamWStep(
    long step,
    double learningRate,
    double beta1,
    double beta2,
    double epsilon,
    double weightDecay,
    double gradientScale) {}
