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
import java.util.ArrayList;
import java.util.List;

/**
 * Inputs that become some of the outputs, y[J] = x, the others being 0: the second part of a {@link
 * Chain} whose first gives only those. Nothing is computed but the bias, and all that is stored is
 * a byte for each output that tells whether it is one.
 *
 * @param places by outputs the input that each is, -1 for none; null on a device that knows shapes
 *     alone
 * @param columns the same, I32 [outputs]
 * @param stored U8 [outputs, 1], 1 for outputs that are an input, which follow in their order
 * @param inputs how many there are
 * @param bias [outputs], or null for none
 */
public record PlacedOutputs(
    int[] places, Tensor columns, Matrix stored, int inputs, Tensor bias, DType dtype)
    implements Linear {
  /** Bits that an output takes. */
  public static final int OUTPUT_BITS = Byte.SIZE;

  /**
   * Outputs by flags.
   *
   * @param given of every output whether it is an input
   * @param scope owns the result
   */
  public static PlacedOutputs of(boolean[] given, Scope scope) {
    byte[] flags = new byte[given.length];
    for (int i = 0; i < flags.length; i++) {
      flags[i] = (byte) (given[i] ? 1 : 0);
    }
    Matrix stored = Matrix.of(scope.codes(DType.U8, flags, flags.length, 1));
    return of(stored, flags, scope);
  }

  /**
   * The same whose flags are on the device already.
   *
   * @param flags as {@code stored}
   */
  static PlacedOutputs of(Matrix stored, byte[] flags, Scope scope) {
    int[] places = new int[flags.length];
    int inputs = 0;
    for (int i = 0; i < places.length; i++) {
      places[i] = flags[i] != 0 ? inputs++ : -1;
    }
    Tensor columns = scope.ints(places, places.length);
    return new PlacedOutputs(places, columns, stored, inputs, null, DType.F32);
  }

  @Override
  public int outputs() {
    return stored.rows();
  }

  @Override
  public String form() {
    return "outputs";
  }

  @Override
  public String label() {
    return label(inputs, outputs());
  }

  /** What a reader calls so many of so many outputs. */
  public static String label(int given, int outputs) {
    return given + " of " + outputs + " outputs";
  }

  @Override
  public long parameters() {
    return 0;
  }

  @Override
  public long bits() {
    return (long) OUTPUT_BITS * outputs();
  }

  @Override
  public long flopsPerRow() {
    return 0;
  }

  @Override
  public void forward(Ops ops, Matrix x, Activation activation, Matrix y) {
    ops.gatherColumns(x, columns, y);
    if (bias != null || activation != Activation.NONE) {
      ops.biasActivation(y, bias, activation);
    }
  }

  @Override
  public void materialize(Device device, Matrix target) {
    float[] ones = new float[Math.multiplyExact(places.length, inputs)];
    for (int i = 0; i < places.length; i++) {
      if (places[i] >= 0) {
        ones[i * inputs + places[i]] = 1;
      }
    }
    try (Scope scratch = device.openScope()) {
      device.blas().copy(Matrix.of(scratch.floats(ones, places.length, inputs)), target);
    }
  }

  @Override
  public List<Parameter> weights(String name) {
    List<Parameter> weights = new ArrayList<>();
    weights.add(new Parameter(name + PlacedOutputsFormat.GIVEN, stored, Storage.MATRIX));
    weights.addAll(Parameter.bias(name, bias));
    return weights;
  }

  @Override
  public PlacedOutputs withBias(Tensor other) {
    return new PlacedOutputs(places, columns, stored, inputs, other, dtype);
  }

  @Override
  public PlacedOutputs copyTo(Scope scope) {
    return copyTo(scope, dtype);
  }

  @Override
  public PlacedOutputs copyTo(Scope scope, DType other) {
    Tensor copy =
        places == null ? scope.allocate(DType.I32, outputs()) : scope.ints(places, places.length);
    return new PlacedOutputs(
        places, copy, Copies.of(stored, scope), inputs, Copies.of(bias, scope, other), other);
  }
}
