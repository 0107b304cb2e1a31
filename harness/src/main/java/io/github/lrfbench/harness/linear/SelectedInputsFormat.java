package io.github.lrfbench.harness.linear;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Shape;
import io.github.lrfbench.kernels.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;

/** The numbers of some inputs. */
public final class SelectedInputsFormat implements LinearFormat {
  /** U8 [outputs, 4], the lowest byte of a number first. */
  static final String COLUMNS = ".selected.inputs";

  @Override
  public boolean holds(TensorShapes tensors, String module) {
    return tensors.has(module + COLUMNS);
  }

  @Override
  public int outputs(TensorShapes tensors, String module) {
    return LinearFormats.rows(tensors, module + COLUMNS);
  }

  @Override
  public Linear read(ModuleTensors tensors, Place place) {
    String name = place.module() + COLUMNS;
    Shape shape = tensors.shape(name);
    if (shape.rank() != 2 || shape.dim(0) != place.outputs() || shape.dim(1) != Integer.BYTES) {
      throw new InputException(
          name + " has the shape " + shape + ", not [" + place.outputs() + ", 4]");
    }
    Tensor stored = tensors.tensor(name, DType.U8, place.outputs(), Integer.BYTES);
    if (!tensors.areRead()) {
      Tensor unknown = tensors.scope().allocate(DType.I32, place.outputs());
      return new SelectedInputs(null, unknown, Matrix.of(stored), place.inputs());
    }
    int[] columns = new int[place.outputs()];
    ByteBuffer.wrap(stored.toBytes()).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(columns);
    BitSet seen = new BitSet();
    for (int column : columns) {
      if (column < 0 || column >= place.inputs()) {
        throw new InputException(
            name + " names input " + column + " of " + place.inputs() + ", which there is not");
      }
      if (seen.get(column)) {
        throw new InputException(name + " names input " + column + " twice");
      }
      seen.set(column);
    }
    Tensor known = tensors.scope().ints(columns, columns.length);
    return new SelectedInputs(columns, known, Matrix.of(stored), place.inputs());
  }
}
