package io.github.lrfbench.harness.linear;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Shape;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;

/** Two factors, W = U V. */
public final class LowRankFormat implements LinearFormat {
  /** U, [outputs, rank]. */
  static final String UP = ".lowrank.u";

  /** Vᵀ, [inputs, rank]. */
  static final String DOWN = ".lowrank.v";

  @Override
  public boolean holds(TensorShapes tensors, String module) {
    return tensors.has(module + UP);
  }

  @Override
  public int outputs(TensorShapes tensors, String module) {
    return LinearFormats.rows(tensors, module + UP);
  }

  @Override
  public Linear read(ModuleTensors tensors, Place place) {
    String up = place.module() + UP;
    Shape factor = tensors.shape(up);
    if (factor.rank() != 2 || factor.dim(1) < 1) {
      throw new InputException(
          "the factor " + up + " has the shape " + factor + ", not [outputs, rank]");
    }
    int rank = Math.toIntExact(factor.dim(1));
    Matrix down = Matrix.of(tensors.tensor(place.module() + DOWN, DType.F32, place.inputs(), rank));
    return new LowRankLinear(
        new LowRankFactors(down, tensors.transposed(up, place.outputs(), rank)), null);
  }
}
