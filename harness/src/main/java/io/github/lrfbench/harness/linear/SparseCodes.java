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
import io.github.lrfbench.kernels.ops.Mask;
import io.github.lrfbench.kernels.ops.Nn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A linear map of whose matrix some elements are stored, as integer codes, the others being 0. It
 * runs on the codes of all elements, which are made once from those that are stored: that takes
 * memory, but computes as fast as codes without a mask.
 *
 * @param mask which are stored, of [outputs, inputs]
 * @param stored their codes one row after the other, packed as {@link CodePacking} says of one row:
 *     U8 [1, bytes], also of 8 bits, which are signed
 * @param count how many they are
 * @param whole the codes of all elements; those that are not stored mean 0
 */
public record SparseCodes(Mask mask, Matrix stored, int count, QuantizedLinear whole)
    implements CodedLinear, Masked {
  /**
   * Of codes of all elements.
   *
   * @param whole whose codes of elements that are not stored mean 0
   * @param scope owns what is stored, and not the codes of all
   */
  public static SparseCodes of(Mask mask, QuantizedLinear whole, Scope scope) {
    int bits = whole.codeBits();
    byte[] codes = whole.codes().data().toBytes();
    byte[] all = bits == Byte.SIZE ? codes : CodePacking.unpack(codes, whole.inputs(), bits);
    byte[] kept = mask.flags();
    int count = 0;
    for (int i = 0; i < all.length; i++) {
      if (kept[i] == 1) {
        all[count++] = all[i];
      }
    }
    byte[] packed = CodePacking.pack(Arrays.copyOf(all, count), count, bits);
    Matrix stored = Matrix.of(scope.codes(DType.U8, packed, 1, packed.length));
    return new SparseCodes(mask, stored, count, whole);
  }

  /** What a reader calls so many stored codes of a matrix's elements. */
  public static String label(long stored, long all, String codes) {
    return SparseLinear.label(stored, all) + ", " + codes;
  }

  @Override
  public int inputs() {
    return whole.inputs();
  }

  @Override
  public int outputs() {
    return whole.outputs();
  }

  @Override
  public Tensor bias() {
    return whole.bias();
  }

  @Override
  public DType dtype() {
    return whole.dtype();
  }

  @Override
  public Matrix codes() {
    return whole.codes();
  }

  @Override
  public int codeBits() {
    return whole.codeBits();
  }

  @Override
  public String form() {
    return "sparse-" + whole.form();
  }

  @Override
  public String label() {
    return label(count, (long) outputs() * inputs(), whole.label());
  }

  @Override
  public long parameters() {
    return count;
  }

  @Override
  public long bits() {
    long constants = whole.bits() - (long) codes().rows() * codes().cols() * Byte.SIZE;
    return SparseLinear.maskBits(outputs(), inputs())
        + (long) stored.cols() * Byte.SIZE
        + constants;
  }

  @Override
  public long flopsPerRow() {
    return whole.flopsPerRow();
  }

  @Override
  public boolean takesTimeBySize() {
    return whole.takesTimeBySize();
  }

  @Override
  public void forward(Ops ops, Matrix x, Activation activation, Matrix y) {
    whole.forward(ops, x, activation, y);
  }

  @Override
  public void expand(Nn nn, int from, int to, Matrix tile) {
    whole.expand(nn, from, to, tile);
  }

  @Override
  public List<Parameter> weights(String name) {
    List<Parameter> weights = new ArrayList<>();
    weights.add(new Parameter(name + SparseCodesFormat.MASK, mask.bits(), Storage.MATRIX));
    weights.add(new Parameter(name + SparseCodesFormat.CODES, stored, Storage.MATRIX));
    weights.addAll(
        whole.constants(name + SparseCodesFormat.SCALES, name + SparseCodesFormat.ZEROS));
    weights.addAll(Parameter.bias(name, bias()));
    return weights;
  }

  @Override
  public void describe(String name, ObjectNode constants) {
    whole.describe(name, constants);
    ((ObjectNode) constants.get(name)).put(SparseCodesFormat.COUNT, count);
  }

  @Override
  public SparseCodes withBias(Tensor other) {
    return new SparseCodes(mask, stored, count, whole.withBias(other));
  }

  @Override
  public SparseCodes copyTo(Scope scope) {
    return copyTo(scope, dtype());
  }

  @Override
  public SparseCodes copyTo(Scope scope, DType other) {
    return new SparseCodes(
        Copies.of(mask, scope), Copies.of(stored, scope), count, whole.copyTo(scope, other));
  }
}
