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
 * A linear map of the heads of an attention of which it reads the first few inputs each: what
 * stands after heads whose values are {@link NarrowHeads}.
 *
 * @param weight the columns of W that are not zero, transposed, F32 [heads · kept, outputs]
 * @param bias F32 [outputs], or null for none
 * @param heads number of heads
 * @param inputs heads times the dimensions of each
 */
public record NarrowInputs(Matrix weight, Tensor bias, int heads, int inputs)
    implements StoredWeight {
  /** Checks that heads have the room. */
  public NarrowInputs {
    if (weight.rows() % heads != 0 || inputs % heads != 0 || weight.rows() > inputs) {
      throw new IllegalArgumentException(
          weight.rows() + " of " + inputs + " inputs from " + heads + " heads");
    }
  }

  /** Inputs of a head that are read. */
  public int kept() {
    return weight.rows() / heads;
  }

  @Override
  public int outputs() {
    return weight.cols();
  }

  @Override
  public String form() {
    return "heads";
  }

  @Override
  public boolean hasOwnCoordinates() {
    return true;
  }

  @Override
  public void forward(Ops ops, Matrix x, Activation activation, Matrix y) {
    try (Ops frame = ops.frame()) {
      Matrix narrow = Matrix.of(frame.allocate(x.dtype(), x.rows(), weight.rows()));
      int size = inputs / heads;
      // One part of as many columns as it has: a copy without the gaps.
      if (x.isContiguous()) {
        Matrix parts = x.reshape(x.rows() * heads, size).columns(0, kept());
        frame.spread(parts, 1, narrow.reshape(parts.rows(), kept()));
      } else {
        for (int head = 0; head < heads; head++) {
          frame.spread(
              x.columns(head * size, head * size + kept()),
              1,
              narrow.columns(head * kept(), (head + 1) * kept()));
        }
      }
      frame.linear(narrow, false, weight, bias, activation, y);
    }
  }

  @Override
  public void materialize(Device device, Matrix target) {
    try (Scope scratch = device.openScope()) {
      Matrix columns = Matrix.of(scratch.allocate(weight.dtype(), outputs(), weight.rows()));
      device.blas().transpose(weight, columns);
      device.nn().spread(columns, heads, target);
    }
  }

  @Override
  public List<Parameter> weights(String name) {
    List<Parameter> weights = new ArrayList<>();
    weights.add(new Parameter(name + NarrowInputsFormat.WEIGHT, weight, Storage.TRANSPOSED));
    weights.addAll(Parameter.bias(name, bias));
    return weights;
  }

  @Override
  public Linear withBias(Tensor other) {
    return new NarrowInputs(weight, other, heads, inputs);
  }

  @Override
  public Linear copyTo(Scope scope) {
    return new NarrowInputs(Copies.of(weight, scope), Copies.of(bias, scope), heads, inputs);
  }

  @Override
  public Linear copyTo(Scope scope, DType dtype) {
    return new NarrowInputs(
        Copies.of(weight, scope, dtype), Copies.of(bias, scope, dtype), heads, inputs);
  }
}
