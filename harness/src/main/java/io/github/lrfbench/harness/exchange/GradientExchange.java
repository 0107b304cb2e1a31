package io.github.lrfbench.harness.exchange;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import java.util.List;

/**
 * How the gradients of data-parallel workers become the one that all of them step along. What each
 * worker has computed comes as a list of parts, a matrix for each weight; vectors are one row.
 */
public interface GradientExchange extends AutoCloseable {
  /**
   * Exchanges the gradients of a step.
   *
   * @param step number of steps done
   * @param gradients of each worker its parts, scaled so that their mean over the workers is the
   *     gradient; all finite; may be overwritten
   * @param mean of the parts' shapes, receives what every worker then has: the mean, or what
   *     compression leaves of it
   * @param cost is told what is sent, and what compression takes
   */
  void exchange(long step, List<List<Matrix>> gradients, List<Matrix> mean, ExchangeCost cost);

  /** What a training that goes on needs to know beside the weights. */
  List<Tensor> state();

  @Override
  void close();
}
