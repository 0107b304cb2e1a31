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
 * A linear map to the heads of an attention of which each has a few outputs and zeros after them:
 * what queries and keys are where their inner products need fewer dimensions than a head has. The
 * zeros are not stored, and cost no products.
 *
 * @param weight the rows of W that are not zero, transposed, F32 [inputs, heads · kept]
 * @param bias F32 [outputs], or null for none
 * @param heads number of heads
 * @param outputs heads times the dimensions of each
 */
public record NarrowHeads(Matrix weight, Tensor bias, int heads, int outputs)
    implements StoredWeight {
  /** Checks that heads have the room. */
  public NarrowHeads {
    if (weight.cols() % heads != 0 || outputs % heads != 0 || weight.cols() > outputs) {
      throw new IllegalArgumentException(
          weight.cols() + " of " + outputs + " outputs for " + heads + " heads");
    }
  }

  /** Outputs of a head that are not zero. */
  public int kept() {
    return weight.cols() / heads;
  }

  @Override
  public int inputs() {
    return weight.rows();
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
      Matrix narrow = Matrix.of(frame.allocate(x.dtype(), x.rows(), weight.cols()));
      frame.linear(x, false, weight, null, Activation.NONE, narrow);
      frame.spread(narrow, heads, y);
      if (bias != null || activation != Activation.NONE) {
        frame.biasActivation(y, bias, activation);
      }
    }
  }

  @Override
  public void materialize(Device device, Matrix target) {
    try (Scope scratch = device.openScope()) {
      Matrix spread = Matrix.of(scratch.allocate(weight.dtype(), inputs(), outputs));
      device.nn().spread(weight, heads, spread);
      device.blas().transpose(spread, target);
    }
  }

  @Override
  public List<Parameter> weights(String name) {
    List<Parameter> weights = new ArrayList<>();
    weights.add(new Parameter(name + NarrowHeadsFormat.WEIGHT, weight, Storage.TRANSPOSED));
    weights.addAll(Parameter.bias(name, bias));
    return weights;
  }

  @Override
  public Linear withBias(Tensor other) {
    return new NarrowHeads(weight, other, heads, outputs);
  }

  @Override
  public Linear copyTo(Scope scope) {
    return new NarrowHeads(Copies.of(weight, scope), Copies.of(bias, scope), heads, outputs);
  }

  @Override
  public Linear copyTo(Scope scope, DType dtype) {
    return new NarrowHeads(
        Copies.of(weight, scope, dtype), Copies.of(bias, scope, dtype), heads, outputs);
  }
}
