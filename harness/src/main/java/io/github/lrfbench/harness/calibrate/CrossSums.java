package io.github.lrfbench.harness.calibrate;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.Arrays;

/**
 * Sums up {@link CrossMoments}. Products are taken in the models' precision for one batch at a time
 * and added up in F64.
 */
final class CrossSums {
  private final Device device;
  private final Matrix gram;
  private final Matrix drift;
  private final double[] mean;
  private final double[] shift;
  private long tokens;

  /**
   * Sums of nothing.
   *
   * @param owner of the moments
   */
  CrossSums(int width, Scope owner) {
    device = owner.device();
    gram = Matrix.of(owner.zeros(DType.F64, width, width));
    drift = Matrix.of(owner.zeros(DType.F64, width, width));
    mean = new double[width];
    shift = new double[width];
  }

  /**
   * Adds tokens.
   *
   * @param dense x in the dense model, [t, n]
   * @param own x' in the compressed one, [t, n]
   */
  void add(Matrix dense, Matrix own) {
    try (Scope scratch = device.openScope()) {
      device.blas().addGram(own, gram);
      Matrix difference = Matrix.of(scratch.allocate(own.dtype(), own.rows(), own.cols()));
      device.blas().copy(dense, difference);
      device.gradients().addScaled(-1, own, difference);
      GramSums.add(difference, own, drift);
      addRows(mean, own, scratch);
      addRows(shift, difference, scratch);
    }
    tokens += own.rows();
  }

  private void addRows(double[] sums, Matrix x, Scope scratch) {
    Matrix wide = Matrix.of(scratch.allocate(DType.F64, x.rows(), x.cols()));
    device.blas().copy(x, wide);
    double[] ones = new double[x.rows()];
    Arrays.fill(ones, 1);
    Matrix sum = Matrix.of(scratch.allocate(DType.F64, 1, x.cols()));
    device
        .blas()
        .gemm(false, false, 1, Matrix.of(scratch.doubles(ones, 1, ones.length)), wide, 0, sum);
    double[] values = sum.data().toDoubles();
    for (int j = 0; j < sums.length; j++) {
      sums[j] += values[j];
    }
  }

  /** The moments of what was added; at least one token. */
  CrossMoments moments() {
    return new CrossMoments(
        tokens,
        gram,
        drift,
        Arrays.stream(mean).map(sum -> sum / tokens).toArray(),
        Arrays.stream(shift).map(sum -> sum / tokens).toArray());
  }
}
