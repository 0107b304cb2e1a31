package io.github.lrfbench.harness.linear;

import io.github.lrfbench.harness.autograd.Layer;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.autograd.Parameter.Storage;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import io.github.lrfbench.kernels.ops.CodePacking;
import io.github.lrfbench.kernels.ops.Mask;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * A linear map of whose matrix W some elements are stored, the others being 0. It runs by expanding
 * W, and takes as many operations as that: what is saved is memory. Training changes the stored
 * elements and leaves the others 0.
 *
 * @param mask which are stored, of [outputs, inputs]
 * @param values these, one row after the other
 * @param bias [outputs], or null for none
 */
public record SparseLinear(Mask mask, Tensor values, Tensor bias) implements Masked {
  /** What a reader calls so many of a matrix's elements. */
  public static String label(long stored, long all) {
    return stored + " of " + all;
  }

  /** Bits of which elements are stored. */
  public static long maskBits(int outputs, int inputs) {
    return (long) outputs * CodePacking.width(inputs, 1) * Byte.SIZE;
  }

  @Override
  public int inputs() {
    return mask.cols();
  }

  @Override
  public int outputs() {
    return mask.rows();
  }

  @Override
  public String form() {
    return "sparse";
  }

  @Override
  public String label() {
    return label(parameters(), (long) outputs() * inputs());
  }

  @Override
  public Linear mapLeaves(UnaryOperator<Linear> leaf) {
    return leaf.apply(this);
  }

  @Override
  public long parameters() {
    return values.shape().size();
  }

  @Override
  public long bits() {
    return parameters() * dtype().bytes() * Byte.SIZE + maskBits(outputs(), inputs());
  }

  @Override
  public DType dtype() {
    return values.dtype();
  }

  @Override
  public long flopsPerRow() {
    return 2L * outputs() * inputs();
  }

  @Override
  public void forward(Ops ops, Matrix x, Activation activation, Matrix y) {
    try (Ops frame = ops.frame()) {
      Matrix whole = Matrix.of(frame.allocate(x.dtype(), outputs(), inputs()));
      frame.unmask(mask, values, whole);
      frame.linear(x, true, whole, bias, activation, y);
    }
  }

  @Override
  public List<Function<Scope, Layer>> expansions() {
    return List.of(scope -> DenseLinear.expansion(this, scope));
  }

  @Override
  public void materialize(Device device, Matrix target) {
    try (Scope scratch = device.openScope()) {
      device.nn().unmask(mask, Copies.of(values, scratch, DType.F32), target);
    }
  }

  @Override
  public List<Parameter> weights(String name) {
    List<Parameter> weights = new ArrayList<>();
    weights.add(new Parameter(name + SparseFormat.MASK, mask.bits(), Storage.MATRIX));
    int size = Math.toIntExact(parameters());
    Matrix column = new Matrix(values, 0, size, 1, 1);
    weights.add(new Parameter(name + SparseFormat.VALUES, column, Storage.MATRIX));
    weights.addAll(Parameter.bias(name, bias));
    return weights;
  }

  @Override
  public SparseLinear withBias(Tensor other) {
    return new SparseLinear(mask, values, other);
  }

  @Override
  public SparseLinear copyTo(Scope scope) {
    return copyTo(scope, dtype());
  }

  @Override
  public SparseLinear copyTo(Scope scope, DType dtype) {
    return new SparseLinear(
        Copies.of(mask, scope), Copies.of(values, scope, dtype), Copies.of(bias, scope, dtype));
  }
}
