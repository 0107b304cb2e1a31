package io.github.lrfbench.harness.compress.quantize;

import io.github.lrfbench.harness.compress.quantize.CodedMatrix.Coding;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.svd.SvdFactors;

/**
 * Low precision low rank factors of A ≈ L R (Saha et al. 2023): L are the codes of a basis of A's
 * columns, and R those of the factor that comes closest beside L as it is stored, L⁺ A, so that it
 * makes up for part of what L lost.
 *
 * <p>Turned, A is Wᵀ, so that W ≈ Rᵀ Lᵀ, and the right factor of W is the one that is coded first.
 *
 * @param a A, F64
 * @param turned whether that is Wᵀ
 * @param left how the left factor of W becomes codes
 * @param right how the right one does
 */
record Lplr(Matrix a, boolean turned, Coding left, Coding right) {
  /** Of W as it is. */
  static Lplr ofColumns(Matrix w, Coding left, Coding right) {
    return new Lplr(w, false, left, right);
  }

  /** Of Wᵀ. */
  static Lplr ofRows(Matrix w, Coding left, Coding right, Scope scope) {
    return new Lplr(Matrices.transpose(w, scope), true, left, right);
  }

  /**
   * A sketch of A's columns, Y = A S. Each power iteration takes for S an orthonormal basis of Aᵀ
   * Y, whose image spans what (A Aᵀ) Y does: the columns of that itself are nearly parallel, and of
   * what tells them apart codes leave nothing.
   *
   * @param s Sᵀ, F64 [r, columns of A]
   * @param power how many iterations
   */
  Matrix sketch(Matrix s, int power, Scope scope) {
    Matrix y = Matrices.product(false, a, true, s, scope);
    for (int i = 0; i < power; i++) {
      Matrix basis = Matrices.product(true, a, false, y, scope);
      scope.device().lapack().orthonormalize(basis);
      y = Matrices.product(false, a, false, basis, scope);
    }
    return y;
  }

  /** The left singular vectors of A, from those of W. */
  Matrix vectors(SvdFactors svd, Scope scope) {
    return turned
        ? Matrices.toDouble(Matrices.transpose(svd.vt(), scope), scope)
        : Matrices.toDouble(svd.u(), scope);
  }

  /** The same, each multiplied by its singular value. */
  Matrix principal(SvdFactors svd, Scope scope) {
    Matrix vectors = vectors(svd, scope);
    scope.device().blas().scaleColumns(vectors, svd.singularValues());
    return vectors;
  }

  /**
   * Codes a basis, and the other factor that is closest beside it.
   *
   * @param basis F64 [rows of A, r], not modified
   * @param scope owns the result
   */
  CodedFactors beside(Matrix basis, Scope scope) {
    try (Scope scratch = scope.device().openScope()) {
      CodedMatrix first = code(basis, turned ? right : left, scope);
      Matrix stored = turned ? Matrices.transpose(first.value(), scratch) : first.value();
      return factors(first, RightFactor.of(stored, a, scratch), scope);
    }
  }

  /** Codes the left singular vectors, and each for itself Σ times the right ones. */
  CodedFactors apart(SvdFactors svd, Scope scope) {
    try (Scope scratch = scope.device().openScope()) {
      Lplr other = new Lplr(null, !turned, left, right);
      Matrix rest = Matrices.transpose(other.principal(svd, scratch), scratch);
      return factors(code(vectors(svd, scratch), turned ? right : left, scope), rest, scope);
    }
  }

  /** Codes the second factor, F64 [r, columns of A]. */
  private CodedFactors factors(CodedMatrix first, Matrix rest, Scope scope) {
    CodedMatrix second = code(rest, turned ? left : right, scope);
    return turned ? new CodedFactors(second, first) : new CodedFactors(first, second);
  }

  /** Codes a factor of A in the orientation of W. */
  private CodedMatrix code(Matrix x, Coding coding, Scope scope) {
    return coding.code(turned ? Matrices.transpose(x, scope) : x, scope);
  }
}
