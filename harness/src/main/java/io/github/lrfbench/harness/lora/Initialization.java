package io.github.lrfbench.harness.lora;

import io.github.lrfbench.harness.linear.Copies;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;

/**
 * What PEFT does to the model's own matrix W where it loads an adapter that began in this way. The
 * factors that it draws then do not matter: the file brings those of the training.
 */
enum Initialization {
  /** Nothing, and an adapter without its factors changes nothing. */
  PLAIN,
  /** Nothing, but the factors begin at random: they cannot be left out. */
  RANDOM,
  /** W loses its best approximation of the adapter's rank (PiSSA, Meng et al. 2024). */
  PISSA {
    @Override
    Matrix basis(Matrix weight, int rank, Scope scope) {
      int least = Math.min(weight.rows(), weight.cols());
      Matrix u = Matrix.of(scope.allocate(DType.F64, weight.rows(), least));
      Matrix vt = Matrix.of(scope.allocate(DType.F64, least, weight.cols()));
      Tensor s = scope.allocate(DType.F64, least);
      scope.device().lapack().svd(Copies.of(weight, scope), s, u, vt);
      return u.columns(0, rank);
    }
  },
  /**
   * W loses its projection on its first columns, scaled as the adapter is (OLoRA, Büyükakyüz 2024):
   * the first columns of Q and rows of R of its QR factorization.
   */
  OLORA {
    @Override
    Matrix basis(Matrix weight, int rank, Scope scope) {
      Matrix first = Copies.of(weight.columns(0, rank), scope);
      scope.device().lapack().orthonormalize(first);
      return first;
    }
  };

  /** Orthonormal columns, whose span holds what W loses; null where it loses nothing. */
  Matrix basis(Matrix weight, int rank, Scope scope) {
    return null;
  }

  /** The rank of the factors of a matrix of this size, of which PEFT cuts a decomposition. */
  int rank(int wanted, Linear linear) {
    boolean cut = this == PISSA || this == OLORA;
    return cut ? Math.min(wanted, Math.min(linear.inputs(), linear.outputs())) : wanted;
  }

  /**
   * The map beside which the adapter stands.
   *
   * @param linear the model's own
   * @param rank of the adapter
   * @param scale of the adapter
   * @param scope owns the result, unless that is the model's own
   */
  Linear base(Linear linear, int rank, double scale, Scope scope) {
    if (this != PISSA && this != OLORA) {
      return linear;
    }
    Device device = scope.device();
    try (Scope scratch = device.openScope()) {
      Matrix single = Matrix.of(scratch.allocate(DType.F32, linear.outputs(), linear.inputs()));
      linear.materialize(device, single);
      Matrix weight = Copies.of(single, scratch, DType.F64);
      Matrix basis = basis(weight, rank, scratch);
      Matrix parts = Matrix.of(scratch.allocate(DType.F64, rank, linear.inputs()));
      device.blas().gemm(true, false, 1, basis, weight, 0, parts);
      device.blas().gemm(false, false, this == OLORA ? -scale : -1, basis, parts, 1, weight);
      device.blas().copy(weight, single);
      Matrix transposed = Matrix.of(scope.allocate(DType.F32, linear.inputs(), linear.outputs()));
      device.blas().transpose(single, transposed);
      return new DenseLinear(transposed, Copies.of(linear.bias(), scope));
    }
  }
}
