package io.github.lrfbench.harness.linear;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.CodePacking;
import java.util.Set;

/** Integer codes of a matrix, with their scales and, where there are such, zero points. */
public final class QuantizedFormat implements LinearFormat {
  /** As {@link QuantizedLinear#codes}. */
  static final String CODES = ".quantized.codes";

  /** [outputs, groups], or [1, 1] for all of the matrix. */
  static final String SCALES = ".quantized.scales";

  /** Of the same shape; absent for the middle of the codes. */
  static final String ZEROS = ".quantized.zeros";

  /** Constant: bits of a code, 1 to 8. */
  static final String BITS = "bits";

  /** Constant: inputs that share a scale. */
  static final String GROUP = "group";

  private static final Set<String> KNOWN =
      Set.of(BITS, GROUP, LinearFormats.OUTPUTS, LinearFormats.INPUTS);

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
    int bits = bits(constants);
    int group = group(constants, place);
    Tensor codes =
        tensors.tensor(
            module + CODES,
            bits == Byte.SIZE ? DType.I8 : DType.U8,
            place.outputs(),
            CodePacking.width(place.inputs(), bits));
    Steps steps = Steps.read(tensors, module + SCALES, module + ZEROS, group, place);
    return steps.linear(codes, bits);
  }

  /**
   * What stands beside codes.
   *
   * @param scales as {@link QuantizedLinear#scales}
   * @param zeros as {@link QuantizedLinear#zeros}
   * @param group inputs that share a scale
   * @param inputs width of the input
   */
  record Steps(Tensor scales, Tensor zeros, int group, int inputs) {
    /** Reads the tensors of these names; zero points are none where there is no such tensor. */
    static Steps read(
        ModuleTensors tensors, String ofScales, String ofZeros, int group, Place place) {
      int groups = QuantizedLinear.groups(place.inputs(), group);
      boolean single = groups == 1 && tensors.has(ofScales) && tensors.shape(ofScales).size() == 1;
      int rows = single ? 1 : place.outputs();
      Tensor scales = tensors.tensor(ofScales, DType.F32, rows, groups);
      Tensor zeros = tensors.has(ofZeros) ? tensors.tensor(ofZeros, DType.F32, rows, groups) : null;
      return new Steps(scales, zeros, group, place.inputs());
    }

    /** The map of codes, without a bias. */
    QuantizedLinear linear(Tensor codes, int bits) {
      return new QuantizedLinear(
          Matrix.of(codes), bits, scales, zeros, inputs, group, null, DType.F32);
    }
  }

  /** Bits of a code. */
  static int bits(CodeConstants constants) {
    int bits = constants.number(BITS, Byte.SIZE);
    constants.require(bits >= 1 && bits <= Byte.SIZE, "codes of " + bits + " bits");
    return bits;
  }

  /** Inputs that share a scale. */
  static int group(CodeConstants constants, Place place) {
    int group = constants.number(GROUP, place.inputs());
    constants.require(group >= 1, "codes in groups of " + group);
    return group;
  }
}
