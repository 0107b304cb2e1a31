package io.github.lrfbench.kernels.ops;

import io.github.lrfbench.kernels.Matrix;

/**
 * What attention shall resemble: another one of the same tokens and heads, see {@link
 * NnGradients#attentionDivergence}.
 *
 * @param q its queries, [T, H]
 * @param k its keys, [T, H]
 * @param mapWeight of the divergence of probabilities
 * @param scoreWeight of the squared differences of scores
 */
public record AttentionGuide(Matrix q, Matrix k, double mapWeight, double scoreWeight) {}
