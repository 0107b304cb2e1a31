package io.github.lrfbench.harness.linear;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.CodePacking;
import java.util.Set;

/** Codes of a matrix that are places in tables of numbers, with these tables. */
public final class PaletteFormat implements LinearFormat {
  /** As {@link PaletteLinear#codes}. */
  static final String CODES = ".palette.codes";

  /** [tables, 2ᴮ]. */
  static final String TABLES = ".palette.tables";

  /** Constant: outputs that share a table. */
  static final String ROWS = "rows";

  private static final Set<String> KNOWN =
      Set.of(QuantizedFormat.BITS, ROWS, LinearFormats.OUTPUTS, LinearFormats.INPUTS);

  @Override
  public boolean holds(TensorShapes tensors, String module) {
    return tensors.has(module + CODES);
  }

  @Override
  public int outputs(TensorShapes tensors, String module) {
    return LinearFormats.rows(tensors, module + CODES);
  }

  @Override
  public Linear read(ModuleTensors tensors, Place place) {
    String module = place.module();
    CodeConstants constants = new CodeConstants(module, tensors.constants(module), KNOWN);
    int bits = constants.number(QuantizedFormat.BITS, Byte.SIZE);
    int rows = constants.number(ROWS, place.outputs());
    if (bits < 1 || bits > Byte.SIZE || rows < 1) {
      throw new InputException(
          module
              + " is said to hold codes of "
              + bits
              + " bits with a table for "
              + rows
              + " rows");
    }
    int width = CodePacking.width(place.inputs(), bits);
    Tensor codes = tensors.tensor(module + CODES, DType.U8, place.outputs(), width);
    Tensor tables =
        tensors.tensor(
            module + TABLES, DType.F32, PaletteLinear.tables(place.outputs(), rows), 1 << bits);
    return new PaletteLinear(Matrix.of(codes), bits, tables, place.inputs(), rows, null, DType.F32);
  }
}
