package io.github.lrfbench.harness.linear;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;

/** Which outputs are those of the map before. */
public final class PlacedOutputsFormat implements LinearFormat {
  /** U8 [outputs, 1], 1 or 0. */
  static final String GIVEN = ".placed.outputs";

  @Override
  public boolean holds(TensorShapes tensors, String module) {
    return tensors.has(module + GIVEN);
  }

  @Override
  public int outputs(TensorShapes tensors, String module) {
    return LinearFormats.rows(tensors, module + GIVEN);
  }

  @Override
  public Linear read(ModuleTensors tensors, Place place) {
    String name = place.module() + GIVEN;
    Matrix stored = Matrix.of(tensors.tensor(name, DType.U8, place.outputs(), 1));
    if (!tensors.areRead()) {
      Tensor unknown = tensors.scope().allocate(DType.I32, place.outputs());
      return new PlacedOutputs(null, unknown, stored, place.inputs(), null, DType.F32);
    }
    byte[] flags = stored.data().toBytes();
    for (byte flag : flags) {
      if (flag != 0 && flag != 1) {
        throw new InputException(name + " holds " + (flag & 0xff) + ", which is neither 0 nor 1");
      }
    }
    PlacedOutputs outputs = PlacedOutputs.of(stored, flags, tensors.scope());
    if (outputs.inputs() != place.inputs()) {
      throw new InputException(
          name + " marks " + outputs.inputs() + " outputs, but " + place.inputs() + " are given");
    }
    return outputs;
  }
}
