package io.github.lrfbench.harness.train;

import io.github.lrfbench.harness.autograd.GradientBuffers;
import io.github.lrfbench.kernels.Tensor;
import java.util.List;

/**
 * Coordinates of a model's weights in which a training takes its steps, and a penalty on them that
 * is added to the loss. Weights do not decay in them.
 */
public interface StepCoordinates extends AutoCloseable {
  /**
   * Turns the gradient of the loss by the weights into that by the coordinates, in place, and adds
   * the penalty's.
   *
   * @param step number of steps done
   * @param epoch from 0
   * @param scale what the penalty's gradient is multiplied by, as that of the loss is
   * @return the penalty with the weight that it has in the loss
   */
  double turn(GradientBuffers gradients, long step, int epoch, double scale);

  /**
   * Takes a step.
   *
   * @param optimizer adds the step by the coordinates to what stands in the weights' places
   */
  void step(Runnable optimizer);

  /** What a training that goes on needs to know beside the weights. */
  List<Tensor> state();

  @Override
  void close();
}
