package io.github.lrfbench.harness.compress.lowrank.projection;

import io.github.lrfbench.harness.compress.lowrank.LowRankFactorization;
import io.github.lrfbench.harness.compress.spi.Diagnostics;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import io.github.lrfbench.kernels.svd.Spectrum;
import io.github.lrfbench.kernels.svd.SvdAlgorithm;
import java.util.Arrays;

/**
 * Ŵ = W P Pᵀ: inputs are projected on the span of P's orthonormal columns. Ranks are nested.
 *
 * @param basis Pᵀ, F64 [k, n]
 * @param image (W P)ᵀ, F64 [k, m]
 * @param spectrum of every direction p the root of ‖W p‖² pᵀ C p, what it gives to the outputs; the
 *     last of all values holds those of all further directions
 * @param note for the results
 */
record InputProjection(Matrix basis, Matrix image, Spectrum spectrum, String note)
    implements LowRankFactorization {
  /**
   * The projection on the leading eigenvectors of a matrix.
   *
   * @param w W, F64 [m, n], not modified
   * @param symmetric F64 [n, n], destroyed; may be indefinite, the largest eigenvalues lead
   * @param gram C, the second moments of the inputs
   * @param rank the largest that will be asked for
   * @param whole whether all singular values are wanted
   * @param scope owns the result
   */
  static InputProjection of(
      Matrix w, Matrix symmetric, Matrix gram, int rank, boolean whole, String note, Scope scope) {
    int inputs = w.cols();
    int size = Math.min(w.rows(), inputs);
    int count = whole ? inputs : rank;
    try (Scope scratch = scope.device().openScope()) {
      Tensor values = scratch.allocate(DType.F64, count);
      Matrix vectors = Matrices.allocate(scratch, count, inputs);
      scope.device().lapack().largestEigenpairs(symmetric, count, values, vectors);
      Matrix images = Matrices.product(false, vectors, true, w, scratch);
      double[] directions =
          Arrays.stream(products(images, images)).map(value -> Math.max(0, value)).toArray();
      double[] moments = products(vectors, Matrices.product(false, vectors, false, gram, scratch));
      double[] squares = new double[whole ? size : count];
      for (int i = 0; i < count; i++) {
        squares[Math.min(i, squares.length - 1)] += directions[i] * Math.max(0, moments[i]);
      }
      double total = Matrices.innerProduct(w, Matrices.product(false, w, false, gram, scratch));
      Spectrum spectrum =
          new Spectrum(
              Arrays.stream(squares).map(Math::sqrt).toArray(),
              size,
              Math.sqrt(Math.max(0, total)),
              false);
      return new InputProjection(
          Matrices.toDouble(vectors.rows(0, rank), scope),
          Matrices.toDouble(images.rows(0, rank), scope),
          spectrum,
          note);
    }
  }

  /** A copy in memory of another scope. */
  InputProjection copy(Scope scope) {
    return new InputProjection(
        Matrices.toDouble(basis, scope), Matrices.toDouble(image, scope), spectrum, note);
  }

  /** The inner products of the rows of x and y. */
  private static double[] products(Matrix x, Matrix y) {
    double[] products = new double[x.rows()];
    for (int i = 0; i < products.length; i++) {
      products[i] = Matrices.innerProduct(x.rows(i, i + 1), y.rows(i, i + 1));
    }
    return products;
  }

  @Override
  public int rows() {
    return image.cols();
  }

  @Override
  public int cols() {
    return basis.cols();
  }

  @Override
  public int rank() {
    return basis.rows();
  }

  @Override
  public Cut cut(int rank, Scope scope) {
    LowRankFactors factors =
        new LowRankFactors(
            Matrices.transpose(basis.rows(0, rank), scope),
            Matrices.toDouble(image.rows(0, rank), scope));
    return new Cut(factors, new Diagnostics(SvdAlgorithm.GRAM.label(), Double.NaN, 1, 0, note));
  }

  /** tr((W − W P Pᵀ) C (W − W P Pᵀ)ᵀ): the squared error of the outputs at a rank. */
  double outputError(Matrix w, Matrix gram, int rank) {
    try (Scope scratch = w.device().openScope()) {
      Matrix difference = Matrices.toDouble(w, scratch);
      w.device()
          .blas()
          .gemm(true, false, -1, image.rows(0, rank), basis.rows(0, rank), 1, difference);
      return Matrices.innerProduct(
          difference, Matrices.product(false, difference, false, gram, scratch));
    }
  }
}
