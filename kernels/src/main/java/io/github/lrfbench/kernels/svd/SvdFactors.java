package io.github.lrfbench.kernels.svd;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import io.github.lrfbench.kernels.ops.Blas;
import java.util.Arrays;

/**
 * A truncated singular value decomposition W ≈ U diag(s) Vᵀ of a matrix W of [m, n]. The tensors
 * belong to the scope that was given to {@link TruncatedSvd}.
 *
 * <p>The columns of U and rows of Vᵀ are orthonormal, except that those of singular values below
 * rounding error (1e-8 of the largest from {@link SvdAlgorithm#GRAM}) may be noise, and those of
 * zeros may be zero.
 *
 * @param u U, [m, r]; may be a view with a stride
 * @param vt Vᵀ, [r, n]
 * @param spectrum the first r or more singular values
 * @param algorithm what computed it; never {@link SvdAlgorithm#AUTO}
 * @param precision in which it was computed; the factors have W's type
 */
public record SvdFactors(
    Matrix u, Matrix vt, Spectrum spectrum, SvdAlgorithm algorithm, DType precision) {
  /** Checks the shapes. */
  public SvdFactors {
    if (u.cols() != vt.rows() || spectrum.known() < vt.rows()) {
      throw new IllegalArgumentException(
          u.cols()
              + " left and "
              + vt.rows()
              + " right vectors for "
              + spectrum.known()
              + " singular values");
    }
  }

  /** r. */
  public int rank() {
    return vt.rows();
  }

  /** m. */
  public int rows() {
    return u.rows();
  }

  /** n. */
  public int cols() {
    return vt.cols();
  }

  /** The r singular values, in descending order. */
  public double[] singularValues() {
    return Arrays.copyOf(spectrum.values(), rank());
  }

  /** The same decomposition cut to a smaller rank: views of the same memory, no computation. */
  public SvdFactors truncate(int smallerRank) {
    if (smallerRank < 1 || smallerRank > rank()) {
      throw new IllegalArgumentException(
          "cannot cut a decomposition of rank " + rank() + " to " + smallerRank);
    }
    return new SvdFactors(
        u.columns(0, smallerRank), vt.rows(0, smallerRank), spectrum, algorithm, precision);
  }

  /** Copies of the two factors of the product, with the singular values shared out. */
  public LowRankFactors split(Scope scope, SigmaSplit split) {
    Blas blas = scope.device().blas();
    Matrix down = Matrix.of(scope.allocate(vt.dtype(), cols(), rank()));
    Matrix up = Matrix.of(scope.allocate(u.dtype(), rank(), rows()));
    double[] upFactors = new double[rank()];
    double[] downFactors = new double[rank()];
    for (int i = 0; i < rank(); i++) {
      upFactors[i] = split.up(spectrum.value(i));
      downFactors[i] = split.down(spectrum.value(i));
    }
    blas.transpose(vt, down);
    blas.scaleColumns(down, downFactors);
    blas.transpose(u, up);
    blas.scaleRows(up, upFactors);
    return new LowRankFactors(down, up);
  }

  /** The share of ‖W‖² that is kept. */
  public double energyKept() {
    return spectrum.energyKept(rank());
  }

  /**
   * ‖W - U S Vᵀ‖ from the singular values: exact in exact arithmetic, because every algorithm
   * projects W.
   */
  public double error() {
    return spectrum.tail(rank());
  }

  /** The smallest error that a matrix of this rank can have, or NaN if it is not known. */
  public double optimalError() {
    return spectrum.exact() ? spectrum.tail(rank()) : Double.NaN;
  }

  /**
   * ‖W - U S Vᵀ‖ (Frobenius), computed entry by entry in double precision from the factors as they
   * are stored. Costs a product of 2 m n r operations.
   *
   * @param w W, [m, n], not modified
   */
  public double measureError(Matrix w) {
    return ReconstructionError.of(w, this);
  }
}
