package io.github.lrfbench.harness.linear;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Shape;

/** Two factors, W = U V, whose V stands in one module for all that share it. */
public final class SharedFormat implements LinearFormat {
  /** U, [outputs, rank]. */
  static final String UP = ".shared.u";

  /** Vᵀ, [inputs, rank], of the module that stores it. */
  static final String DOWN = ".shared.v";

  /** What a checkpoint's configuration tells of the others: the module that stores V. */
  static final String BASIS = "basis";

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
    String module = place.module();
    Shape factor = tensors.shape(module + UP);
    if (factor.rank() != 2 || factor.dim(1) < 1) {
      throw new InputException(
          "the factor " + module + UP + " has the shape " + factor + ", not [outputs, rank]");
    }
    int rank = Math.toIntExact(factor.dim(1));
    String stored = tensors.constants(module).path(BASIS).asText(module) + DOWN;
    Basis basis =
        tensors.once(
            stored,
            () ->
                // Who is read first counts it from now on.
                new Basis(
                    module,
                    Matrix.of(tensors.tensor(stored, DType.F32, place.inputs(), rank)),
                    tensors.scope()));
    if (basis.rank() != rank || basis.down().rows() != place.inputs()) {
      throw new InputException(
          String.format(
              "%s of [%d, %d] is no basis of %s, which needs [%d, %d]",
              stored, basis.down().rows(), basis.rank(), module, place.inputs(), rank));
    }
    Matrix up = tensors.transposed(module + UP, place.outputs(), rank);
    return new SharedLinear(basis, up, null, basis.module().equals(module));
  }
}
