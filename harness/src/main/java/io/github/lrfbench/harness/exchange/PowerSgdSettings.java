package io.github.lrfbench.harness.exchange;

import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import java.util.List;

/**
 * What PowerSGD is set to.
 *
 * @param rank of what is sent of a matrix, at least 1
 * @param warmStart whether a step begins with the right factor of the step before; else with one
 *     that is drawn anew
 * @param feedback whether what is left out is sent later
 * @param localResidual whether a worker's error is its gradient less its own share of what is sent,
 *     as in the authors' newer code, and not less what all of them share, as in the paper
 * @param threshold the share of its numbers that a matrix has to be sent in less than: one is
 *     compressed if m n / (r (m + n)) is larger than this
 * @param start steps at the beginning whose gradients are sent as they are
 */
public record PowerSgdSettings(
    int rank,
    boolean warmStart,
    boolean feedback,
    boolean localResidual,
    double threshold,
    long start)
    implements GradientCompression {
  /** Checks the numbers. */
  public PowerSgdSettings {
    if (rank < 1 || !(threshold >= 0) || start < 0) {
      throw new InputException("rank must be at least 1, threshold and start at least 0");
    }
  }

  @Override
  public GradientExchange open(Device device, List<Matrix> parts, int workers, long seed) {
    return new PowerSgd(device, parts, workers, this, seed);
  }

  /** The rank at which a part is sent; 0 where it is not compressed, as vectors never are. */
  int rank(Matrix part) {
    if (part.rows() == 1 || part.cols() == 1) {
      return 0;
    }
    int most = Math.min(rank, Math.min(part.rows(), part.cols()));
    double ratio = (double) part.rows() * part.cols() / ((long) most * (part.rows() + part.cols()));
    return ratio > threshold ? most : 0;
  }
}
