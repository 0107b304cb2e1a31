package io.github.lrfbench.harness.exchange;

import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import java.util.List;

/** A way to compress the gradients that workers exchange, with its settings. */
public interface GradientCompression {
  /** None: gradients are sent as they are. */
  GradientCompression NONE = (device, parts, workers, seed) -> new Uncompressed(workers);

  /**
   * An exchange before its first step.
   *
   * @param parts matrices of the shapes and the type of a gradient's parts
   * @param workers number of workers, at least 1
   * @param seed of what is drawn
   */
  GradientExchange open(Device device, List<Matrix> parts, int workers, long seed);
}
