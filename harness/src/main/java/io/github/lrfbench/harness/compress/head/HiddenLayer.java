package io.github.lrfbench.harness.compress.head;

import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A layer tanh(W x + b) that is not trained.
 *
 * @param weight W, F64 [q, d]
 * @param bias b, [q]
 */
record HiddenLayer(Matrix weight, double[] bias) {
  /** The share of all examples that a unit is to be nearly linear for. */
  private static final double LINEAR_SHARE = 0.95;

  /** Up to here tanh is: tanh 0.5 = 0.46. */
  private static final double LINEAR_RANGE = 0.5;

  /** Sums below this part of the largest are rounding. */
  private static final double NOISE = 1e-6;

  /**
   * Units near their linear range, after Huynh and Won 2009: they read the directions that a linear
   * map of low rank reads, then those in which the features vary most.
   *
   * @param regression of the targets on the features
   * @param read the directions that are read first, F64 [r, d]
   * @param width q, from 1 to r + d
   */
  static HiddenLayer nearlyLinear(Regression regression, Matrix read, int width, Scope scope) {
    int first = Math.min(width, read.rows());
    Matrix weight = Matrices.allocate(scope, width, read.cols());
    scope.device().blas().copy(read.rows(0, first), weight.rows(0, first));
    if (width > first) {
      scope
          .device()
          .blas()
          .copy(regression.directions().rows(0, width - first), weight.rows(first, width));
    }
    scope.device().blas().scaleRows(weight, scales(regression.features(), weight));
    double[] bias = images(weight, regression.featureMean());
    for (int i = 0; i < width; i++) {
      bias[i] = -bias[i];
    }
    return new HiddenLayer(weight, bias);
  }

  /** Units that read random directions, an extreme learning machine (Huang et al. 2006). */
  static HiddenLayer random(int inputs, int width, long seed, Scope scope) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] values = new double[Math.multiplyExact(width, inputs)];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextGaussian() / Math.sqrt(inputs);
    }
    return new HiddenLayer(Matrix.of(scope.doubles(values, width, inputs)), new double[width]);
  }

  /**
   * By what each row is multiplied so that its units are in their linear range; 0 where there is
   * nothing but rounding to read.
   */
  private static double[] scales(Matrix centred, Matrix weight) {
    try (Scope scratch = centred.device().openScope()) {
      Matrix sums = Matrices.product(false, weight, true, centred, scratch);
      double[] sizes = new double[weight.rows()];
      double[] sum = new double[centred.rows()];
      int at = (int) Math.ceil(LINEAR_SHARE * sum.length) - 1;
      for (int i = 0; i < sizes.length; i++) {
        sums.data().read(sums.offset() + (long) i * sums.stride(), sum, 0, sum.length);
        sizes[i] = Arrays.stream(sum).map(Math::abs).sorted().toArray()[at];
      }
      double least = NOISE * Arrays.stream(sizes).max().orElse(0);
      return Arrays.stream(sizes).map(size -> size > least ? LINEAR_RANGE / size : 0).toArray();
    }
  }

  private static double[] images(Matrix weight, double[] vector) {
    try (Scope scratch = weight.device().openScope()) {
      Matrix column = Matrix.of(scratch.doubles(vector, vector.length, 1));
      return Matrices.product(false, weight, false, column, scratch).data().toDoubles();
    }
  }

  /**
   * What the units give for examples.
   *
   * @param features F64 [N, d]
   * @return F64 [N, q]
   */
  Matrix outputs(Matrix features, Scope scope) {
    Matrix outputs = Matrices.product(false, features, true, weight, scope);
    double[] row = new double[outputs.cols()];
    for (int i = 0; i < outputs.rows(); i++) {
      long at = outputs.offset() + (long) i * outputs.stride();
      outputs.data().read(at, row, 0, row.length);
      for (int j = 0; j < row.length; j++) {
        row[j] = Math.tanh(row[j] + bias[j]);
      }
      outputs.data().write(at, row, 0, row.length);
    }
    return outputs;
  }
}
