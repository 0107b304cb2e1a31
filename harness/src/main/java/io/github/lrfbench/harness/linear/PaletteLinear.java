package io.github.lrfbench.harness.linear;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.autograd.Parameter.Storage;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.CodePacking;
import io.github.lrfbench.kernels.ops.Nn;
import java.util.ArrayList;
import java.util.List;

/**
 * A linear map whose numbers are those of a few tables, W[i, j] = tables[i / R, codes[i, j]], i / R
 * rounded down (Han et al. 2016).
 *
 * @param codes U8 [outputs, inputs B / 8 rounded up], packed as {@link CodePacking} says; of 8 bits
 *     from 0 to 255
 * @param codeBits B, 1 to 8
 * @param tables F32 [outputs / R rounded up, 2ᴮ]
 * @param inputs width of the input
 * @param rows R, outputs that share a table; {@code outputs} for one table
 * @param bias of the type in which it computes [outputs], or null for none
 * @param dtype in which it computes
 */
public record PaletteLinear(
    Matrix codes, int codeBits, Tensor tables, int inputs, int rows, Tensor bias, DType dtype)
    implements CodedLinear {
  /** Checks that the sizes fit. */
  public PaletteLinear {
    if (codes.dtype() != DType.U8
        || codeBits < 1
        || codeBits > Byte.SIZE
        || codes.cols() != CodePacking.width(inputs, codeBits)
        || rows < 1
        || tables.shape().size() != (long) tables(codes.rows(), rows) << codeBits) {
      throw new IllegalArgumentException(
          "codes of " + codes.rows() + " x " + codes.cols() + " for " + inputs + " inputs");
    }
  }

  /** How many tables there are. */
  static int tables(int outputs, int rows) {
    return 1 + (outputs - 1) / rows;
  }

  /** What a reader calls tables of so many rows. */
  public static String label(int bits, int rows, int outputs) {
    return bits + " bit, " + (rows >= outputs ? "one table" : "a table for " + rows + " rows");
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
    return "palette";
  }

  @Override
  public String label() {
    return label(codeBits, rows, outputs());
  }

  @Override
  public long bits() {
    return (long) codes.rows() * codes.cols() * Byte.SIZE + tables.shape().size() * Float.SIZE;
  }

  @Override
  public int tileStep() {
    return Math.min(rows, outputs());
  }

  @Override
  public void expand(Nn nn, int from, int to, Matrix tile) {
    int entries = 1 << codeBits;
    Tensor own = tables.view((long) (from / rows) * entries, tables(to - from, rows), entries);
    nn.palette(codes.rows(from, to), codeBits, own, rows, tile);
  }

  @Override
  public List<Parameter> weights(String name) {
    List<Parameter> weights = new ArrayList<>();
    weights.add(new Parameter(name + PaletteFormat.CODES, codes, Storage.MATRIX));
    weights.add(
        new Parameter(name + PaletteFormat.TABLES, Matrix.of(tables), Storage.MATRIX).frozen());
    weights.addAll(Parameter.bias(name, bias));
    return weights;
  }

  @Override
  public void describe(String name, ObjectNode constants) {
    constants.putObject(name).put(QuantizedFormat.BITS, codeBits).put(PaletteFormat.ROWS, rows);
  }

  @Override
  public PaletteLinear withBias(Tensor other) {
    return new PaletteLinear(codes, codeBits, tables, inputs, rows, other, dtype);
  }

  @Override
  public PaletteLinear copyTo(Scope scope) {
    return copyTo(scope, dtype);
  }

  @Override
  public PaletteLinear copyTo(Scope scope, DType other) {
    return new PaletteLinear(
        Copies.of(codes, scope),
        codeBits,
        Copies.of(tables, scope),
        inputs,
        rows,
        Copies.of(bias, scope, other),
        other);
  }
}
