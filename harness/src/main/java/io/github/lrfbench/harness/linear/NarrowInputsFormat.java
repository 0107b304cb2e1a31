package io.github.lrfbench.harness.linear;

import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Shape;

/** The columns of a matrix that are not zero, as many for each head. */
public final class NarrowInputsFormat implements LinearFormat {
  /** Those columns, [outputs, heads · kept]. */
  static final String WEIGHT = ".lowrank.inputs";

  @Override
  public boolean holds(TensorShapes tensors, String module) {
    return tensors.has(module + WEIGHT);
  }

  @Override
  public int outputs(TensorShapes tensors, String module) {
    return LinearFormats.rows(tensors, module + WEIGHT);
  }

  @Override
  public Linear read(ModuleTensors tensors, Place place) {
    String name = place.module() + WEIGHT;
    Shape shape = tensors.shape(name);
    int heads = place.heads();
    long columns = shape.rank() == 2 ? shape.dim(1) : 0;
    if (columns < heads || columns > place.inputs() || columns % heads != 0) {
      throw new InputException(
          name + " is of " + shape + ", which is not as much for each of " + heads + " heads");
    }
    return new NarrowInputs(
        tensors.transposed(name, place.outputs(), (int) columns), null, heads, place.inputs());
  }
}
