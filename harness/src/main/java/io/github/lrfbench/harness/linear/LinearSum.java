package io.github.lrfbench.harness.linear;

import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;

/** What all sums of two maps of one input have in common. */
interface LinearSum extends Linear {
  /** The map that has the bias. */
  Linear first();

  /** What is added, without a bias. */
  Linear second();

  /** Throws unless the maps fit. */
  static void check(Linear first, Linear second) {
    if (first.inputs() != second.inputs()
        || first.outputs() != second.outputs()
        || second.bias() != null) {
      throw new IllegalArgumentException("maps that cannot be added");
    }
  }

  @Override
  default int inputs() {
    return first().inputs();
  }

  @Override
  default int outputs() {
    return first().outputs();
  }

  @Override
  default Tensor bias() {
    return first().bias();
  }

  @Override
  default long parameters() {
    return first().parameters() + second().parameters();
  }

  @Override
  default long bits() {
    return first().bits() + second().bits();
  }

  @Override
  default long flopsPerRow() {
    return first().flopsPerRow() + second().flopsPerRow();
  }

  @Override
  default DType dtype() {
    return first().dtype();
  }

  @Override
  default void forward(Ops ops, Matrix x, Activation activation, Matrix y) {
    first().forward(ops, x, Activation.NONE, y);
    second().addTo(ops, x, y);
    if (activation != Activation.NONE) {
      ops.biasActivation(y, null, activation);
    }
  }

  @Override
  default void addTo(Ops ops, Matrix x, Matrix y) {
    first().addTo(ops, x, y);
    second().addTo(ops, x, y);
  }

  @Override
  default void materialize(Device device, Matrix target) {
    first().materialize(device, target);
    try (Scope scratch = device.openScope()) {
      Matrix added = Matrix.of(scratch.allocate(DType.F32, outputs(), inputs()));
      second().materialize(device, added);
      device.gradients().addScaled(1, added, target);
    }
  }
}
