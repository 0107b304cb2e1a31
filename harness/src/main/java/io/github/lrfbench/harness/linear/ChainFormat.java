package io.github.lrfbench.harness.linear;

/** Two maps one after the other, each in any format. */
public final class ChainFormat implements LinearFormat {
  @Override
  public boolean holds(TensorShapes tensors, String module) {
    return tensors.hasBelow(module + Chain.PART);
  }

  @Override
  public int outputs(TensorShapes tensors, String module) {
    return LinearFormats.outputs(tensors, module + Chain.PART + 1);
  }

  @Override
  public Linear read(ModuleTensors tensors, Place place) {
    String part = place.module() + Chain.PART;
    int middle = LinearFormats.outputs(tensors, part + 0);
    return new Chain(
        LinearFormats.read(tensors, new Place(part + 0, middle, place.inputs(), 1)),
        LinearFormats.read(tensors, new Place(part + 1, place.outputs(), middle, place.heads())));
  }
}
