package io.github.lrfbench.harness.linear;

import io.github.lrfbench.kernels.Shape;

/** Which named tensors there are. */
public interface TensorShapes {
  /** True if there is a tensor of this name. */
  boolean has(String name);

  /** True if there are tensors whose names begin like this. */
  boolean hasBelow(String path);

  /** Whether tensors hold numbers, and are not known by their shapes alone. */
  default boolean areRead() {
    return true;
  }

  /** The shape of a tensor that {@link #has} knows. */
  Shape shape(String name);
}
