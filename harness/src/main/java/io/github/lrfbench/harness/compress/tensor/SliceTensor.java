package io.github.lrfbench.harness.compress.tensor;

import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;

/**
 * A tensor T of [D, w, K], of which Tₖ of [D, w] is slice k.
 *
 * @param x F64 [K w, D]: T₁ᵀ, T₂ᵀ, ... one above the other
 * @param w columns of a slice
 */
record SliceTensor(Matrix x, int w) {
  /** Of the D rows, the w columns and the K slices: the tensor's modes. */
  static final int ROWS = 0;

  static final int COLUMNS = 1;
  static final int SLICES = 2;

  /** The size of a mode. */
  int size(int mode) {
    return switch (mode) {
      case ROWS -> x.cols();
      case COLUMNS -> w;
      default -> x.rows() / w;
    };
  }

  /** The most that the rank of a mode's unfolding can be. */
  int most(int mode) {
    long others = (long) x.rows() * x.cols() / size(mode);
    return (int) Math.min(size(mode), others);
  }

  private Matrix slice(int k) {
    return x.rows(k * w, (k + 1) * w);
  }

  /** The tensor with a row for each slice. */
  private Matrix flat() {
    return x.reshape(size(SLICES), w * x.cols());
  }

  double squaredNorm() {
    return x.device().blas().squaredNorm(x);
  }

  /** The unfolding of a mode times its transpose. */
  Matrix gram(int mode, Scope scope) {
    Device device = scope.device();
    Matrix gram = Matrices.allocate(scope, size(mode), size(mode));
    switch (mode) {
      case ROWS -> device.blas().syrk(true, x, gram);
      case SLICES -> device.blas().syrk(false, flat(), gram);
      default -> {
        for (int k = 0; k < size(SLICES); k++) {
          device.blas().gemm(false, true, 1, slice(k), slice(k), k == 0 ? 0 : 1, gram);
        }
      }
    }
    return gram;
  }

  /**
   * The tensor with Uᵀ applied along a mode.
   *
   * @param u F64 [size of the mode, r]
   */
  SliceTensor times(int mode, Matrix u, Scope scope) {
    Device device = scope.device();
    switch (mode) {
      case ROWS -> {
        return new SliceTensor(Matrices.product(false, x, false, u, scope), w);
      }
      case SLICES -> {
        Matrix mixed = Matrices.product(true, u, false, flat(), scope);
        return new SliceTensor(mixed.reshape(u.cols() * w, x.cols()), w);
      }
      default -> {
        int r = u.cols();
        Matrix all = Matrices.allocate(scope, size(SLICES) * r, x.cols());
        for (int k = 0; k < size(SLICES); k++) {
          device.blas().gemm(true, false, 1, u, slice(k), 0, all.rows(k * r, (k + 1) * r));
        }
        return new SliceTensor(all, r);
      }
    }
  }

  /** The leading singular vectors of a mode's unfolding, F64 [size, r]. */
  Matrix leading(int mode, int r, Scope scope) {
    try (Scope scratch = scope.device().openScope()) {
      if (mode == ROWS && r <= x.rows() && x.rows() < x.cols()) {
        // The other side's are fewer, and its vectors' images are these but for their norms.
        Matrix gram = Matrices.allocate(scratch, x.rows(), x.rows());
        scope.device().blas().syrk(false, x, gram);
        Matrix images = Matrices.product(true, x, true, eigenvectors(gram, r, scratch), scope);
        scope.device().lapack().orthonormalize(images);
        return images;
      }
      return Matrices.transpose(eigenvectors(gram(mode, scratch), r, scratch), scope);
    }
  }

  /** As rows. */
  private static Matrix eigenvectors(Matrix gram, int count, Scope scratch) {
    Matrix rows = Matrices.allocate(scratch, count, gram.rows());
    Tensor values = scratch.allocate(DType.F64, count);
    scratch.device().lapack().largestEigenpairs(gram, count, values, rows);
    return rows;
  }

  /** The slices as rows, [K, D w], with columns by D first. */
  Matrix byRows(Scope scope) {
    Matrix turned = Matrices.allocate(scope, size(SLICES), w * x.cols());
    scope.device().nn().swapAxes(flat(), w, x.cols(), turned);
    return turned;
  }
}
