package io.github.lrfbench.harness.linear;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;

/** The format of the form that only tests know. */
public final class CodesFormat implements LinearFormat {
  @Override
  public boolean holds(TensorShapes tensors, String module) {
    return tensors.has(module + ".codes");
  }

  @Override
  public int outputs(TensorShapes tensors, String module) {
    return LinearFormats.rows(tensors, module + ".codes");
  }

  @Override
  public Linear read(ModuleTensors tensors, Place place) {
    boolean wide = tensors.constants(place.module()).path("bits").asInt() == 8;
    int bytes = wide ? place.inputs() : (place.inputs() + 1) / 2;
    return new CodesLinear(
        Matrix.of(
            tensors.tensor(
                place.module() + ".codes", wide ? DType.I8 : DType.U8, place.outputs(), bytes)),
        tensors.tensor(place.module() + ".scales", DType.F32, place.outputs()),
        place.inputs(),
        null,
        DType.F32);
  }
}
