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
 * Nothing is computed and no number stored but which inputs they are.
 *
 * @param columns J, I32 [outputs], all different
 * @param stored the same as a checkpoint has them, U8 [outputs, 4], the lowest byte first
 * @param inputs width of the input
 */
public record SelectedInputs(Tensor columns, Matrix stored, int inputs) implements Linear {
  /** Bits of the number of an input. */
  public static final int INDEX_BITS = Integer.SIZE;

  /**
   * Inputs by their numbers.
   *
   * @param columns J, all different
   * @param scope owns the result
   */
  public static SelectedInputs of(int[] columns, int inputs, Scope scope) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(columns.length, Integer.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(columns);
    Tensor stored = scope.codes(DType.U8, bytes.array(), columns.length, Integer.BYTES);
    return new SelectedInputs(scope.ints(columns, columns.length), Matrix.of(stored), inputs);
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
    return 0;
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
    int[] chosen = columns.toInts();
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
    return of(columns.toInts(), inputs, scope);
  }

  @Override
  public SelectedInputs copyTo(Scope scope, DType dtype) {
    return copyTo(scope);
  }
}
