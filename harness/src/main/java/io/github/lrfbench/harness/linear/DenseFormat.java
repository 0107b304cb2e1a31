package io.github.lrfbench.harness.linear;

/** A matrix as it is, [outputs, inputs]. */
final class DenseFormat implements LinearFormat {
  private static final String WEIGHT = ".weight";

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
    return new DenseLinear(
        tensors.transposed(place.module() + WEIGHT, place.outputs(), place.inputs()), null);
  }
}
