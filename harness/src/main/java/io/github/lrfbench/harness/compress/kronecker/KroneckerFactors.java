package io.github.lrfbench.harness.compress.kronecker;

import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import io.github.lrfbench.kernels.svd.SigmaSplit;
import io.github.lrfbench.kernels.svd.SvdFactors;

/**
 * The factors of a sum of Kronecker products, one in each column, row by row: A Bᵀ is the
 * rearranged matrix.
 *
 * @param a [m1 n1, R]
 * @param b [m2 n2, R]
 */
record KroneckerFactors(Matrix a, Matrix b) {
  /** √S to each, of the leading terms of a decomposition of the rearranged matrix. */
  static KroneckerFactors of(SvdFactors factors, int terms, Scope scope) {
    LowRankFactors split = factors.truncate(terms).split(scope, SigmaSplit.BOTH);
    return new KroneckerFactors(Matrices.transpose(split.up(), scope), split.down());
  }
}
