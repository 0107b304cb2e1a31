package io.github.lrfbench.harness.linear;

import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.autograd.Parameter.Storage;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Some of the inputs, y = x[J]: the first part of a {@link Chain} whose second reads only those.
 * Nothing is computed, and all that is stored is which inputs they are, which count as numbers.
 *
 * @param chosen J, all different; null on a device that knows shapes alone
 * @param columns the same, I32 [outputs]
 * @param stored the same as a checkpoint has them, U8 [outputs, 4], the lowest byte first
 * @param inputs width of the input
 */
public record SelectedInputs(int[] chosen, Tensor columns, Matrix stored, int inputs)
    implements Linear {
  /** Bits of the number of an input. */
  public static final int INDEX_BITS = Integer.SIZE;

  /**
   * Inputs by their numbers.
   *
   * @param chosen J, all different
   * @param scope owns the result
   */
  public static SelectedInputs of(int[] chosen, int inputs, Scope scope) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(chosen.length, Integer.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(chosen);
    Tensor stored = scope.codes(DType.U8, bytes.array(), chosen.length, Integer.BYTES);
    return new SelectedInputs(chosen, scope.ints(chosen, chosen.length), Matrix.of(stored), inputs);
  }

  @Override
  public int outputs() {
    return stored.rows();
  }

  @Override
  public Tensor bias() {
    return null;
  }

  @Override
  public String form() {
    return "inputs";
  }

  @Override
  public String label() {
    return label(outputs(), inputs);
  }

  /** What a reader calls so many of so many inputs. */
  public static String label(int outputs, int inputs) {
    return outputs + " of " + inputs + " inputs";
  }

  @Override
  public long parameters() {
    return outputs();
  }

  @Override
  public long bits() {
    return (long) INDEX_BITS * outputs();
  }

  @Override
  public long flopsPerRow() {
    return 0;
  }

  @Override
  public DType dtype() {
    return DType.F32;
  }

  @Override
  public void forward(Ops ops, Matrix x, Activation activation, Matrix y) {
    ops.gatherColumns(x, columns, y);
    if (activation != Activation.NONE) {
      ops.biasActivation(y, null, activation);
    }
  }

  @Override
  public void materialize(Device device, Matrix target) {
    float[] ones = new float[Math.multiplyExact(chosen.length, inputs)];
    for (int i = 0; i < chosen.length; i++) {
      ones[i * inputs + chosen[i]] = 1;
    }
    try (Scope scratch = device.openScope()) {
      device.blas().copy(Matrix.of(scratch.floats(ones, chosen.length, inputs)), target);
    }
  }

  @Override
  public List<Parameter> weights(String name) {
    return List.of(new Parameter(name + SelectedInputsFormat.COLUMNS, stored, Storage.MATRIX));
  }

  @Override
  public Linear withBias(Tensor other) {
    if (other != null) {
      throw new IllegalArgumentException("inputs that are taken as they are have no bias");
    }
    return this;
  }

  @Override
  public SelectedInputs copyTo(Scope scope) {
    Tensor copy =
        chosen == null ? scope.allocate(DType.I32, outputs()) : scope.ints(chosen, chosen.length);
    return new SelectedInputs(chosen, copy, Copies.of(stored, scope), inputs);
  }

  @Override
  public SelectedInputs copyTo(Scope scope, DType dtype) {
    return copyTo(scope);
  }
}
