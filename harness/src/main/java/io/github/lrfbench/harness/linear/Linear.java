package io.github.lrfbench.harness.linear;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.autograd.Layer;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A linear map y = W x + b with W of [outputs, inputs], in whatever form W is stored.
 *
 * <p>Counts are of W alone: the bias stays as it is under every compression and is counted by the
 * model.
 */
public interface Linear extends Layer {
  /** The bias [outputs], or null if there is none. */
  Tensor bias();

  /** What kind of form it is, in a word: {@code dense}, {@code lowrank}. */
  String form();

  /** What a reader calls the form and its sizes: {@code dense}, {@code r=64}. */
  @Override
  default String label() {
    return form();
  }

  /** The rank of W's factors; 0 where the form has none. */
  default int rank() {
    return 0;
  }

  /**
   * The same map with other maps in the place of the dense and sparse ones that it is made of;
   * itself where it is made of none.
   *
   * @param leaf makes them; what it is given may have no bias
   */
  default Linear mapLeaves(UnaryOperator<Linear> leaf) {
    return this;
  }

  /**
   * Whether inputs or outputs mean something else than those of the matrix whose place it takes, as
   * where heads have fewer dimensions.
   */
  default boolean hasOwnCoordinates() {
    return false;
  }

  /** Whether it rounds inputs of its own accord, so that W alone does not compute the same. */
  default boolean roundsInputs() {
    return false;
  }

  /**
   * Whether its form and sizes alone tell how long it takes. Of forms that do not say so it may
   * depend on values, as on where zeros are.
   */
  default boolean takesTimeBySize() {
    return false;
  }

  /** Stored numbers that represent W; a code of a few bits is one. */
  long parameters();

  /** Stored bits that represent W: its numbers, and all that they mean nothing without. */
  long bits();

  /** The type in which it computes. */
  DType dtype();

  @Override
  default long bytes() {
    return (bits() + Byte.SIZE - 1) / Byte.SIZE;
  }

  /** Wᵀ [inputs, outputs] where that is how W is stored; null in every other form. */
  default Matrix dense() {
    return null;
  }

  /**
   * The map as a table of words, its inputs; null where it has a bias, or what belongs to one input
   * cannot be computed alone.
   */
  default Table table() {
    return null;
  }

  /** The two factors where they are how W is stored; null in every other form. */
  default LowRankFactors factors() {
    return null;
  }

  /** The map without an adapter; itself where it has none. */
  default Linear base() {
    return this;
  }

  /** What an adapter adds to {@link #base}; null where there is none. */
  default Linear adapter() {
    return null;
  }

  /**
   * A copy of the adapter beside another base, or that base where there is no adapter.
   *
   * @param other shared
   * @param scope owns the copy
   */
  default Linear over(Linear other, Scope scope) {
    return other;
  }

  /**
   * {@code y += x Wᵀ + b}.
   *
   * @param x [T, inputs]
   * @param y [T, outputs], modified; may be a slice of columns
   */
  default void addTo(Ops ops, Matrix x, Matrix y) {
    try (Ops frame = ops.frame()) {
      Matrix own = Matrix.of(frame.allocate(x.dtype(), x.rows(), outputs()));
      forward(frame, x, Activation.NONE, own);
      frame.add(own, y);
    }
  }

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

  /**
   * Tells what the weights' shapes do not: numbers that a checkpoint keeps in its configuration.
   *
   * @param name of the module in a checkpoint
   * @param constants an object for every module that has some, by its name
   */
  default void describe(String name, ObjectNode constants) {}

  /** The same W, which is shared, with another bias, or none if that is null. */
  Linear withBias(Tensor other);

  /** The same map in memory of another scope of the same device. */
  Linear copyTo(Scope scope);

  /** The same map, computing in another type. */
  Linear copyTo(Scope scope, DType dtype);
}
