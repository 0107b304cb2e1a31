package io.github.lrfbench.harness.exchange;

import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import java.util.List;

/**
 * What GradiVeQ is set to.
 *
 * @param slice the longest slice, at least 2: rows are cut into slices of equal length K, the
 *     largest divisor of a row's length that is no longer
 * @param training steps of a cycle, at least 1, in which gradients are sent as they are and a basis
 *     is learnt
 * @param compressing steps of a cycle, at least 1, in which coefficients are sent
 * @param ratio of a slice's K numbers to its d coefficients, at least 1, where energy is 0
 * @param energy share of the sum of squares in the steps of training that d coefficients have to
 *     keep; 0 goes by the ratio
 * @param feedback whether what is left out is sent later; not part of the paper
 */
public record GradiVeqSettings(
    int slice, int training, int compressing, double ratio, double energy, boolean feedback)
    implements GradientCompression {
  /** Checks the numbers. */
  public GradiVeqSettings {
    if (slice < 2
        || training < 1
        || compressing < 1
        || !(ratio >= 1)
        || !(energy >= 0 && energy <= 1)) {
      throw new InputException(
          "slice must be at least 2, training, compressing and ratio at least 1, energy from 0 to 1");
    }
  }

  @Override
  public GradientExchange open(Device device, List<Matrix> parts, int workers, long seed) {
    return new GradiVeq(device, parts, workers, this);
  }

  /** K of a part; 0 where it is not compressed: a vector, or one of too short slices. */
  int length(Matrix part) {
    int length = Math.min(slice, part.cols());
    while (part.cols() % length != 0) {
      length--;
    }
    boolean worth = energy > 0 ? length > 1 : coefficients(length) > 0 && ratio > 1;
    return part.rows() > 1 && worth ? length : 0;
  }

  /** d of slices of a length, where the ratio decides; 0 if they are too short. */
  int coefficients(int length) {
    return (int) (length / ratio);
  }
}
