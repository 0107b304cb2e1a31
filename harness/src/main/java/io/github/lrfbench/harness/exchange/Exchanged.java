package io.github.lrfbench.harness.exchange;

/**
 * The exchange of a step's gradients.
 *
 * @param cost what it takes
 * @param cosine of the angle between what the workers then have and the mean of their gradients;
 *     NaN if one of them is zero
 * @param relativeError Euclidean norm of their difference over that of the mean; NaN if that is
 *     zero
 */
public record Exchanged(ExchangeCost cost, double cosine, double relativeError) {}
