package io.github.lrfbench.harness.linear;

import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.List;

/**
 * A linear map y = W x + b with W of [outputs, inputs], in whatever form W is stored.
 *
 * <p>Counts are of W alone: the bias stays as it is under every compression and is counted by the
 * model.
 */
public interface Linear {
  /** Width of the input. */
  int inputs();

  /** Width of the output. */
  int outputs();

  /** The bias [outputs], or null if there is none. */
  Tensor bias();

  /** What kind of form it is, in a word: {@code dense}, {@code lowrank}. */
  String form();

  /** Stored numbers that represent W. */
  long parameters();

  /** Stored bits that represent W: its numbers, and all that they mean nothing without. */
  default long bits() {
    return bytes() * Byte.SIZE;
  }

  /**
   * Floating-point operations for one input vector; a multiplication and an addition count as two.
   */
  long flopsPerRow();

  /** The type of the stored numbers. */
  DType dtype();

  /** Bytes that represent W. */
  long bytes();

  /**
   * {@code y = activation(x Wᵀ + b)}.
   *
   * @param x [T, inputs]
   * @param y [T, outputs], modified; may be a slice of columns
   */
  void forward(Ops ops, Matrix x, Activation activation, Matrix y);

  /**
   * Writes W itself.
   *
   * @param target F32 [outputs, inputs], modified
   */
  void materialize(Device device, Matrix target);

  /**
   * The weights, bias included.
   *
   * @param name of the module in a checkpoint
   */
  List<Parameter> weights(String name);

  /** The same map in memory of another scope of the same device. */
  Linear copyTo(Scope scope);

  /** The same map with its numbers in another type. */
  Linear copyTo(Scope scope, DType dtype);
}
