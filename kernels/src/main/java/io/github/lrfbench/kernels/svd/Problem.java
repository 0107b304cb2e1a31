package io.github.lrfbench.kernels.svd;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;

/**
 * One decomposition to compute: a finite matrix other than zero, at a scale whose squares neither
 * overflow nor vanish in single precision, and where the vectors go.
 *
 * @param w W, [m, n]
 * @param norm ‖W‖
 * @param u [m, r], to be filled
 * @param vt [r, n], to be filled
 */
record Problem(Matrix w, double norm, Matrix u, Matrix vt) {
  Device device() {
    return w.device();
  }

  int rank() {
    return vt.rows();
  }

  /** min(m, n). */
  int size() {
    return Math.min(w.rows(), w.cols());
  }

  SvdFactors solved(
      double[] singularValues, boolean exact, SvdAlgorithm algorithm, DType precision) {
    return new SvdFactors(
        u, vt, new Spectrum(singularValues, size(), norm, exact), algorithm, precision);
  }
}
