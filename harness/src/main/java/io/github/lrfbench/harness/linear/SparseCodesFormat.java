package io.github.lrfbench.harness.linear;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.CodePacking;
import io.github.lrfbench.kernels.ops.Mask;
import java.util.Set;

/** Integer codes of some elements of a matrix, and which they are. */
public final class SparseCodesFormat implements LinearFormat {
  /** As {@link SparseFormat#MASK}. */
  static final String MASK = ".sparsecodes.mask";

  /** As {@link SparseCodes#stored}. */
  static final String CODES = ".sparsecodes.codes";

  /** As {@link QuantizedFormat#SCALES}. */
  static final String SCALES = ".sparsecodes.scales";

  /** As {@link QuantizedFormat#ZEROS}. */
  static final String ZEROS = ".sparsecodes.zeros";

  /** Constant: how many elements are stored. */
  static final String COUNT = "stored";

  private static final Set<String> KNOWN =
      Set.of(
          QuantizedFormat.BITS,
          QuantizedFormat.GROUP,
          COUNT,
          LinearFormats.OUTPUTS,
          LinearFormats.INPUTS);

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
    String module = place.module();
    CodeConstants constants = new CodeConstants(module, tensors.constants(module), KNOWN);
    int bits = QuantizedFormat.bits(constants);
    int group = QuantizedFormat.group(constants, place);
    int count = constants.number(COUNT, 0);
    constants.require(
        count >= 1 && count <= (long) place.outputs() * place.inputs(), count + " codes");
    QuantizedFormat.Steps steps =
        QuantizedFormat.Steps.read(tensors, module + SCALES, module + ZEROS, group, place);
    Tensor stored = tensors.tensor(module + CODES, DType.U8, 1, CodePacking.width(count, bits));
    Mask mask = SparseFormat.mask(tensors, module + MASK, count, place);
    int width = CodePacking.width(place.inputs(), bits);
    DType dtype = bits == Byte.SIZE ? DType.I8 : DType.U8;
    Tensor codes =
        tensors.areRead()
            ? tensors
                .scope()
                .codes(
                    dtype,
                    spread(module, mask, stored, count, bits, group, steps.zeros()),
                    place.outputs(),
                    width)
            : tensors.scope().allocate(dtype, place.outputs(), width);
    return new SparseCodes(mask, Matrix.of(stored), count, steps.linear(codes, bits));
  }

  /** The codes of all elements, packed; those that are not stored mean 0. */
  private static byte[] spread(
      String module, Mask mask, Tensor stored, int count, int bits, int group, Tensor zeros) {
    int cols = mask.cols();
    byte[] given = CodePacking.unpack(stored.toBytes(), count, bits);
    float[] origins = zeros == null ? null : zeros.toFloats();
    boolean single = origins != null && origins.length == 1;
    int groups = QuantizedLinear.groups(cols, group);
    byte[] codes = mask.flags();
    int next = 0;
    for (int i = 0; i < codes.length; i++) {
      if (codes[i] == 1) {
        codes[i] = given[next++];
      } else if (origins == null) {
        codes[i] = bits == Byte.SIZE ? 0 : (byte) (1 << bits - 1);
      } else {
        codes[i] = code(module, origins[single ? 0 : i / cols * groups + i % cols / group], bits);
      }
    }
    return bits == Byte.SIZE ? codes : CodePacking.pack(codes, cols, bits);
  }

  /** The code that means 0. */
  private static byte code(String module, float origin, int bits) {
    int least = bits == Byte.SIZE ? Byte.MIN_VALUE : 0;
    if (origin != Math.rint(origin) || origin < least || origin > least + (1 << bits) - 1) {
      throw new InputException(
          module + ZEROS + " holds " + origin + ", and no code of " + bits + " bits means 0");
    }
    return (byte) origin;
  }
}
