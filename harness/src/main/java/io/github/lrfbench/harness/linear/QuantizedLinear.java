package io.github.lrfbench.harness.linear;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.autograd.Parameter.Storage;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import io.github.lrfbench.kernels.ops.CodePacking;
import io.github.lrfbench.kernels.ops.Nn;
import java.util.ArrayList;
import java.util.List;

/**
 * A linear map whose matrix is stored as integer codes, W[i, j] = scales[i, g] (codes[i, j] −
 * zeros[i, g]), g being the group of inputs that j is in.
 *
 * @param codes of 8 bits I8 [outputs, inputs], of B fewer U8 [outputs, inputs B / 8 rounded up],
 *     packed as {@link CodePacking} says
 * @param codeBits B, 1 to 8
 * @param scales F32 [outputs, groups], or [1, 1] for all of the matrix, which is one group then
 * @param zeros F32 of the same shape, or null for the middle of the codes: 0 of 8 bits, 2ᴮ⁻¹ of
 *     fewer
 * @param inputs width of the input
 * @param group inputs that share a scale, the last ones maybe fewer; {@code inputs} for one scale a
 *     row, or for all rows
 * @param bias of the type in which it computes [outputs], or null for none
 * @param dtype in which it computes
 */
public record QuantizedLinear(
    Matrix codes,
    int codeBits,
    Tensor scales,
    Tensor zeros,
    int inputs,
    int group,
    Tensor bias,
    DType dtype)
    implements CodedLinear {
  /** What a reader calls one scale for all of a matrix. */
  public static final String ONE_SCALE = "one scale";

  /** Checks that the sizes fit. */
  public QuantizedLinear {
    boolean fits = codeBits == Byte.SIZE == (codes.dtype() == DType.I8);
    if (!fits
        || codeBits < 1
        || codeBits > Byte.SIZE
        || codes.cols() != CodePacking.width(inputs, codeBits)
        || group < 1
        || !isSingle(scales, groups(inputs, group))
            && scales.shape().size() != (long) codes.rows() * groups(inputs, group)
        || zeros != null && !zeros.shape().equals(scales.shape())) {
      throw new IllegalArgumentException(
          "codes of " + codes.rows() + " x " + codes.cols() + " for " + inputs + " inputs");
    }
  }

  /** How many groups a row has. */
  static int groups(int inputs, int group) {
    return 1 + (inputs - 1) / group;
  }

  /** Whether there is one scale for all rows. */
  private static boolean isSingle(Tensor scales, int groups) {
    return groups == 1 && scales.shape().size() == 1;
  }

  @Override
  public int outputs() {
    return codes.rows();
  }

  @Override
  public boolean takesTimeBySize() {
    return true;
  }

  @Override
  public String form() {
    return "int" + codeBits;
  }

  @Override
  public String label() {
    boolean single = outputs() > 1 && isSingle(scales, groups(inputs, group));
    return label(codeBits, single ? ONE_SCALE : per(group, inputs), zeros != null);
  }

  /**
   * What a reader calls codes of so many bits.
   *
   * @param per what has a scale, {@link #per} or {@link #ONE_SCALE}
   * @param zeros whether zero points are stored
   */
  public static String label(int bits, String per, boolean zeros) {
    return bits + " bit, " + per + (zeros ? ", zero points" : "");
  }

  /** What has a scale of its own. */
  public static String per(int group, int inputs) {
    return group >= inputs ? "per row" : "groups of " + group;
  }

  @Override
  public long bits() {
    long constants = scales.shape().size() + (zeros == null ? 0 : zeros.shape().size());
    return (long) codes.rows() * codes.cols() * Byte.SIZE + constants * Float.SIZE;
  }

  @Override
  public void forward(Ops ops, Matrix x, Activation activation, Matrix y) {
    if (!ops.codedLinear(x, codes, codeBits, scales, zeros, group, bias, activation, y)) {
      CodedLinear.super.forward(ops, x, activation, y);
    }
  }

  @Override
  public void expand(Nn nn, int from, int to, Matrix tile) {
    nn.dequantize(
        codes.rows(from, to), codeBits, part(scales, from, to), part(zeros, from, to), group, tile);
  }

  /** Constants of some rows. */
  private Tensor part(Tensor constants, int from, int to) {
    int groups = groups(inputs, group);
    if (constants == null || isSingle(constants, groups)) {
      return constants;
    }
    return constants.view((long) from * groups, to - from, groups);
  }

  @Override
  public List<Parameter> weights(String name) {
    List<Parameter> weights = new ArrayList<>();
    weights.add(new Parameter(name + QuantizedFormat.CODES, codes, Storage.MATRIX));
    weights.addAll(constants(name + QuantizedFormat.SCALES, name + QuantizedFormat.ZEROS));
    weights.addAll(Parameter.bias(name, bias));
    return weights;
  }

  /** Scales and, where there are such, zero points, by these names. */
  List<Parameter> constants(String ofScales, String ofZeros) {
    return zeros == null
        ? List.of(constants(ofScales, scales))
        : List.of(constants(ofScales, scales), constants(ofZeros, zeros));
  }

  private static Parameter constants(String name, Tensor value) {
    return new Parameter(name, Matrix.of(value), Storage.MATRIX).frozen();
  }

  @Override
  public void describe(String name, ObjectNode constants) {
    constants.putObject(name).put(QuantizedFormat.BITS, codeBits).put(QuantizedFormat.GROUP, group);
  }

  @Override
  public QuantizedLinear withBias(Tensor other) {
    return new QuantizedLinear(codes, codeBits, scales, zeros, inputs, group, other, dtype);
  }

  @Override
  public QuantizedLinear copyTo(Scope scope) {
    return copyTo(scope, dtype);
  }

  @Override
  public QuantizedLinear copyTo(Scope scope, DType other) {
    return new QuantizedLinear(
        Copies.of(codes, scope),
        codeBits,
        Copies.of(scales, scope),
        Copies.of(zeros, scope),
        inputs,
        group,
        Copies.of(bias, scope, other),
        other);
  }
}
