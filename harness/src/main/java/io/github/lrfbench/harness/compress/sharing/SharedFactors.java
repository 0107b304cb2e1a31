package io.github.lrfbench.harness.compress.sharing;

import io.github.lrfbench.kernels.Matrix;
import java.util.List;

/**
 * Factors of matrices that share a basis, W_l ≈ A_l B.
 *
 * @param down Bᵀ, F64 [n, r]
 * @param ups A_lᵀ, each F64 [r, m_l]
 */
record SharedFactors(Matrix down, List<Matrix> ups) {}
