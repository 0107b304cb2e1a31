package io.github.lrfbench.harness.linear;

import io.github.lrfbench.kernels.InputException;

/** The rows of a matrix that are not zero, as many for each head. */
public final class NarrowHeadsFormat implements LinearFormat {
  /** Those rows, [heads · kept, inputs]. */
  static final String WEIGHT = ".lowrank.heads";

  @Override
  public boolean holds(TensorShapes tensors, String module) {
    return tensors.has(module + WEIGHT);
  }

  @Override
  public int outputs(TensorShapes tensors, String module) {
    // What follows the rows is not stored; a bias is as long as the output.
    return LinearFormats.rows(tensors, module + ".bias");
  }

  @Override
  public Linear read(ModuleTensors tensors, Place place) {
    String name = place.module() + WEIGHT;
    int rows = LinearFormats.rows(tensors, name);
    int heads = place.heads();
    if (rows < heads || rows > place.outputs() || rows % heads != 0) {
      throw new InputException(
          name + " has " + rows + " rows, which are not as many for each of " + heads + " heads");
    }
    return new NarrowHeads(
        tensors.transposed(name, rows, place.inputs()), null, heads, place.outputs());
  }
}
