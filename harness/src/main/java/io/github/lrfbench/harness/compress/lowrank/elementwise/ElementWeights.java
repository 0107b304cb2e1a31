package io.github.lrfbench.harness.compress.lowrank.elementwise;

import io.github.lrfbench.harness.calibrate.Fisher;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import java.util.Arrays;

/**
 * Weights of the elements of matrices, from their Fisher information F: H = F / s, cut at 1, and
 * then (1 − η) H + η mean(H). Elements without weight would be free to run to infinity.
 *
 * @param quantile s is this quantile of F; 1 for the largest
 * @param floor η
 */
record ElementWeights(double quantile, double floor) {
  /**
   * H of a slot's matrix.
   *
   * @return [m, n] in row-major order
   * @throws InputException if F is zero or no number
   */
  double[] of(LinearSlot slot, Fisher fisher) {
    double[] h = outputsFirst(fisher.of(slot.name()));
    double scale = scale(slot.name(), h);
    double sum = 0;
    for (int i = 0; i < h.length; i++) {
      h[i] = Math.min(1, h[i] / scale);
      sum += h[i];
    }
    double least = floor * sum / h.length;
    for (int i = 0; i < h.length; i++) {
      h[i] = (1 - floor) * h[i] + least;
    }
    return h;
  }

  private double scale(String slot, double[] f) {
    double[] sorted = f.clone();
    Arrays.sort(sorted);
    double largest = sorted[sorted.length - 1];
    if (!Double.isFinite(largest)) {
      throw new InputException("the Fisher information of " + slot + " is no number");
    }
    if (largest == 0) {
      throw new InputException(
          "the Fisher information of "
              + slot
              + " is zero: the model's loss on the calibration examples does not depend on it");
    }
    double cut = sorted[(int) Math.ceil(quantile * (sorted.length - 1))];
    return cut > 0 ? cut : largest;
  }

  /** F of [inputs, outputs] as [outputs, inputs]. */
  private static double[] outputsFirst(Matrix f) {
    double[] transposed = new double[Math.multiplyExact(f.rows(), f.cols())];
    double[] row = new double[f.cols()];
    for (int i = 0; i < f.rows(); i++) {
      f.data().read(f.offset() + (long) i * f.stride(), row, 0, row.length);
      for (int j = 0; j < row.length; j++) {
        transposed[j * f.rows() + i] = row[j];
      }
    }
    return transposed;
  }

  /**
   * How far weights are from being alike: the variance of F's elements over the square of their
   * mean, φ(W). Where it is high, one weight for all elements of an input (FWSVD) says little.
   */
  static double variation(Matrix f) {
    double sum = 0;
    double squares = 0;
    double[] row = new double[f.cols()];
    for (int i = 0; i < f.rows(); i++) {
      f.data().read(f.offset() + (long) i * f.stride(), row, 0, row.length);
      for (double value : row) {
        sum += value;
        squares += value * value;
      }
    }
    double count = (double) f.rows() * f.cols();
    return sum == 0 ? 0 : Math.max(0, squares * count / (sum * sum) - 1);
  }
}
