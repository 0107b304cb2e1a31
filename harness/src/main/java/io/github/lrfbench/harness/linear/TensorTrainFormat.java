package io.github.lrfbench.harness.linear;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Shape;
import java.util.ArrayList;
import java.util.List;

/** A tensor train, its cores from the first to the last as {@link TensorTrain} has them. */
public final class TensorTrainFormat implements LinearFormat {
  /** Before the number of a core, from 0. */
  static final String CORE = ".train.";

  /** What a checkpoint's configuration tells of a module: [m, n] of every core. */
  static final String MODES = "modes";

  @Override
  public boolean holds(TensorShapes tensors, String module) {
    return tensors.has(module + CORE + 0);
  }

  /** Shapes tell products of modes and ranks only; of a part of a chain nobody else tells them. */
  @Override
  public int outputs(TensorShapes tensors, String module) {
    throw new InputException(module + " is a tensor train, whose width is that of its place");
  }

  @Override
  public Linear read(ModuleTensors tensors, Place place) {
    String module = place.module();
    List<int[]> modes = new ArrayList<>();
    List<Matrix> cores = new ArrayList<>();
    for (JsonNode mode : tensors.constants(module).path(MODES)) {
      modes.add(new int[] {mode.path(0).asInt(), mode.path(1).asInt()});
    }
    for (int k = 0; tensors.has(module + CORE + k); k++) {
      String name = module + CORE + k;
      Shape shape = tensors.shape(name);
      if (shape.rank() != 2 || shape.dim(0) < 1 || shape.dim(1) < 1) {
        throw new InputException("the core " + name + " has the shape " + shape);
      }
      cores.add(Matrix.of(tensors.tensor(name, DType.F32, shape.dim(0), shape.dim(1))));
    }
    TensorTrain train;
    try {
      train = new TensorTrain(modes, cores, null);
    } catch (IllegalArgumentException e) {
      throw new InputException(
          module + ": the cores do not fit the modes that the configuration tells", e);
    }
    if (train.inputs() != place.inputs() || train.outputs() != place.outputs()) {
      throw new InputException(
          String.format(
              "%s: a train of [%d, %d] in the place of a matrix of [%d, %d]",
              module, train.outputs(), train.inputs(), place.outputs(), place.inputs()));
    }
    return train;
  }
}
