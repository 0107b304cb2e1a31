package org.example.blocks;

import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.linear.Copies;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The form {@code blocks}: each map sees its part of the inputs and makes its part of the outputs.
 *
 * @param blocks of one size and without biases, in any form
 * @param bias [outputs], or null
 */
record Blocks(List<Linear> blocks, Tensor bias) implements Linear {
  @Override
  public int inputs() {
    return blocks.size() * blocks.get(0).inputs();
  }

  @Override
  public int outputs() {
    return blocks.size() * blocks.get(0).outputs();
  }

  @Override
  public String form() {
    return "blocks";
  }

  @Override
  public String label() {
    return blocks.size() + " blocks";
  }

  @Override
  public long parameters() {
    return blocks.stream().mapToLong(Linear::parameters).sum();
  }

  @Override
  public long bits() {
    return blocks.stream().mapToLong(Linear::bits).sum();
  }

  @Override
  public long flopsPerRow() {
    return blocks.stream().mapToLong(Linear::flopsPerRow).sum();
  }

  @Override
  public DType dtype() {
    return blocks.get(0).dtype();
  }

  /** Through {@link Ops}, it runs on every device and can be trained. */
  @Override
  public void forward(Ops ops, Matrix x, Activation activation, Matrix y) {
    int n = blocks.get(0).inputs();
    int m = blocks.get(0).outputs();
    for (int i = 0; i < blocks.size(); i++) {
      Matrix inputs = x.columns(i * n, (i + 1) * n);
      blocks.get(i).forward(ops, inputs, Activation.NONE, y.columns(i * m, (i + 1) * m));
    }
    if (bias != null || activation != Activation.NONE) {
      ops.biasActivation(y, bias, activation);
    }
  }

  @Override
  public void materialize(Device device, Matrix target) {
    int n = blocks.get(0).inputs();
    int m = blocks.get(0).outputs();
    try (Scope scratch = device.openScope()) {
      Matrix w = Matrix.of(scratch.zeros(DType.F32, outputs(), inputs()));
      for (int i = 0; i < blocks.size(); i++) {
        Matrix block = w.rows(i * m, (i + 1) * m).columns(i * n, (i + 1) * n);
        blocks.get(i).materialize(device, block);
      }
      device.blas().copy(w, target);
    }
  }

  /** With what each block is made of, another stage of a chain can go on: {@code blocks+int8}. */
  @Override
  public Linear mapLeaves(UnaryOperator<Linear> leaf) {
    return new Blocks(blocks.stream().map(block -> block.mapLeaves(leaf)).toList(), bias);
  }

  @Override
  public List<Parameter> weights(String name) {
    List<Parameter> weights = new ArrayList<>();
    for (int i = 0; i < blocks.size(); i++) {
      weights.addAll(blocks.get(i).weights(name + BlocksFormat.PART + i));
    }
    weights.addAll(Parameter.bias(name, bias));
    return weights;
  }

  @Override
  public Linear withBias(Tensor other) {
    return new Blocks(blocks, other);
  }

  @Override
  public Linear copyTo(Scope scope) {
    return copyTo(scope, dtype());
  }

  @Override
  public Linear copyTo(Scope scope, DType dtype) {
    return new Blocks(
        blocks.stream().map(block -> block.copyTo(scope, dtype)).toList(),
        Copies.of(bias, scope, dtype));
  }
}
