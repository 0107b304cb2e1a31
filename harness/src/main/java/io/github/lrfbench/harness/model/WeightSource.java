package io.github.lrfbench.harness.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.github.lrfbench.harness.linear.TensorShapes;
import io.github.lrfbench.kernels.Tensor;
import java.util.Set;

/** Named tensors that a model is filled from: a checkpoint, or random numbers for latency alone. */
public interface WeightSource extends TensorShapes {
  /** The names of the tensors, as far as they were given by someone. */
  default Set<String> names() {
    return Set.of();
  }

  @Override
  default boolean hasBelow(String path) {
    return names().stream().anyMatch(name -> name.startsWith(path));
  }

  /** What is told of a module beside its tensors; missing for nothing. */
  default JsonNode constants(String module) {
    return MissingNode.getInstance();
  }

  /**
   * Copies a tensor to a device.
   *
   * @param target F32, or of the type of the tensor's codes, modified; has the tensor's shape
   * @throws io.github.lrfbench.kernels.InputException if the tensor is missing, has another shape
   *     or holds NaN or infinity
   */
  void read(String name, Tensor target);
}
