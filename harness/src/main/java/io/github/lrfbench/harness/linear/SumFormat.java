package io.github.lrfbench.harness.linear;

/** Two maps of one input, added, each in any format. */
public final class SumFormat implements LinearFormat {
  @Override
  public boolean holds(TensorShapes tensors, String module) {
    return tensors.hasBelow(module + Sum.PART);
  }

  @Override
  public int outputs(TensorShapes tensors, String module) {
    return LinearFormats.outputs(tensors, module + Sum.PART + 0);
  }

  @Override
  public Linear read(ModuleTensors tensors, Place place) {
    return new Sum(part(tensors, place, 0), part(tensors, place, 1));
  }

  private static Linear part(ModuleTensors tensors, Place of, int number) {
    String name = of.module() + Sum.PART + number;
    return LinearFormats.read(tensors, new Place(name, of.outputs(), of.inputs(), of.heads()));
  }
}
