package io.github.lrfbench.harness.linear;

import com.fasterxml.jackson.databind.node.ObjectNode;
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
 * A form that only tests know: integer codes with one scale a row.
 *
 * @param codes I8 [outputs, inputs], or U8 with two codes of 4 bits in a byte
 * @param scales F32 [outputs]
 */
public record CodesLinear(Matrix codes, Tensor scales, int inputs, Tensor bias, DType dtype)
    implements Linear {
  private int codeBits() {
    return codes.dtype() == DType.I8 ? 8 : 4;
  }

  @Override
  public int outputs() {
    return codes.rows();
  }

  @Override
  public String form() {
    return "codes";
  }

  @Override
  public long parameters() {
    return (long) outputs() * inputs + outputs();
  }

  @Override
  public long bits() {
    return (long) codes.rows() * codes.cols() * 8 + 32L * outputs();
  }

  @Override
  public long flopsPerRow() {
    return 2L * outputs() * inputs;
  }

  @Override
  public void forward(Ops ops, Matrix x, Activation activation, Matrix y) {
    try (Ops frame = ops.frame()) {
      Matrix w = Matrix.of(frame.allocate(x.dtype(), outputs(), inputs));
      frame.dequantize(codes, codeBits(), scales, null, inputs, w);
      frame.linear(x, true, w, bias, activation, y);
    }
  }

  @Override
  public void materialize(Device device, Matrix target) {
    device.nn().dequantize(codes, codeBits(), scales, null, inputs, target);
  }

  @Override
  public List<Parameter> weights(String name) {
    List<Parameter> weights = new ArrayList<>();
    weights.add(new Parameter(name + ".codes", codes, Storage.MATRIX));
    weights.add(Parameter.vector(name + ".scales", scales).frozen());
    weights.addAll(Parameter.bias(name, bias));
    return weights;
  }

  @Override
  public void describe(String name, ObjectNode constants) {
    constants.putObject(name).put("bits", codeBits());
  }

  @Override
  public Linear withBias(Tensor other) {
    return new CodesLinear(codes, scales, inputs, other, dtype);
  }

  @Override
  public Linear copyTo(Scope scope) {
    return copyTo(scope, dtype);
  }

  @Override
  public Linear copyTo(Scope scope, DType other) {
    return new CodesLinear(
        Copies.of(codes, scope),
        Copies.of(scales, scope),
        inputs,
        Copies.of(bias, scope, other),
        other);
  }
}
