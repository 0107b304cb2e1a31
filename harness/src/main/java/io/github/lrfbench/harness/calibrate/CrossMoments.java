package io.github.lrfbench.harness.calibrate;

import io.github.lrfbench.kernels.Matrix;

/**
 * Moments of one input in a compressed model, x' of [n], beside the same input in the dense one, x,
 * over the same p tokens. The cross moments K = Σ x x'ᵀ are C' + D; where the models hardly differ,
 * the sum of differences keeps digits that K would lose.
 *
 * @param tokens p
 * @param gram C' = Σ x' x'ᵀ, F64 [n, n]
 * @param drift D = Σ (x − x') x'ᵀ, F64 [n, n], not symmetric
 * @param mean μ' = (1/p) Σ x', [n]
 * @param shift μ − μ' = (1/p) Σ (x − x'), [n]
 */
public record CrossMoments(long tokens, Matrix gram, Matrix drift, double[] mean, double[] shift) {}
