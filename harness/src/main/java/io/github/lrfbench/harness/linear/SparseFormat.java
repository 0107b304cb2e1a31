package io.github.lrfbench.harness.linear;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.CodePacking;
import io.github.lrfbench.kernels.ops.Mask;

/** Some elements of a matrix, and which they are. */
public final class SparseFormat implements LinearFormat {
  /** U8 [outputs, inputs / 8 rounded up], a bit for each element, the lowest of a byte first. */
  static final String MASK = ".sparse.mask";

  /** [stored, 1], the stored elements one row after the other. */
  static final String VALUES = ".sparse.values";

  @Override
  public boolean holds(TensorShapes tensors, String module) {
    return tensors.has(module + MASK);
  }

  @Override
  public int outputs(TensorShapes tensors, String module) {
    return LinearFormats.rows(tensors, module + MASK);
  }

  @Override
  public Linear read(ModuleTensors tensors, Place place) {
    int size = LinearFormats.rows(tensors, place.module() + VALUES);
    Tensor values = tensors.tensor(place.module() + VALUES, DType.F32, size, 1);
    return new SparseLinear(mask(tensors, place.module() + MASK, size, place), values, null);
  }

  /**
   * Reads which elements are stored.
   *
   * @param size how many there have to be
   */
  static Mask mask(ModuleTensors tensors, String name, int size, Place place) {
    int width = CodePacking.width(place.inputs(), 1);
    Tensor stored = tensors.tensor(name, DType.U8, place.outputs(), width);
    Matrix bits = Matrix.of(stored);
    if (!tensors.areRead()) {
      Tensor unknown = tensors.scope().allocate(DType.I32, place.outputs() + 1L);
      return new Mask(bits, null, unknown, place.inputs());
    }
    byte[] packed = stored.toBytes();
    requireNoneBehind(name, packed, place.inputs(), width);
    Mask mask = Mask.of(bits, packed, place.inputs(), tensors.scope());
    if (mask.starts()[place.outputs()] != size) {
      throw new InputException(
          name
              + " marks "
              + mask.starts()[place.outputs()]
              + " elements, but "
              + size
              + " are stored");
    }
    return mask;
  }

  private static void requireNoneBehind(String name, byte[] packed, int inputs, int width) {
    int used = inputs - (width - 1) * Byte.SIZE;
    for (int last = width - 1; last < packed.length; last += width) {
      if ((packed[last] & 0xff) >> used != 0) {
        throw new InputException(name + " marks elements behind the last of " + inputs + " inputs");
      }
    }
  }
}
