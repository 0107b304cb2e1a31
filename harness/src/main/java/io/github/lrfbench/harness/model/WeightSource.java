package io.github.lrfbench.harness.model;

import io.github.lrfbench.kernels.Shape;
import io.github.lrfbench.kernels.Tensor;
import java.util.Set;

/** Named tensors that a model is filled from: a checkpoint, or random numbers for latency alone. */
public interface WeightSource {
  /** True if there is a tensor of this name. */
  boolean has(String name);

  /** The names of the tensors, as far as they were given by someone; for messages. */
  default Set<String> names() {
    return Set.of();
  }

  /** The shape of a tensor that {@link #has} knows. */
  Shape shape(String name);

  /**
   * Copies a tensor to a device.
   *
   * @param target F32, modified; has the tensor's shape
   * @throws io.github.lrfbench.kernels.InputException if the tensor is missing, has another shape
   *     or holds NaN or infinity
   */
  void read(String name, Tensor target);
}
