package io.github.lrfbench.harness.calibrate;

import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The empirical diagonal Fisher information of a model's matrices: F = (1/N) Σ (dL/dW)², squared
 * example by example (Hsu et al. 2022), on the model's device. Elements lie as in the weights.
 */
public final class Fisher implements AutoCloseable {
  private final Scope scope;
  private final Map<Tensor, Tensor> squares = new IdentityHashMap<>();
  private final Map<String, Matrix> bySlot = new LinkedHashMap<>();

  /**
   * Zeros.
   *
   * @throws InputException if a matrix is not stored whole
   */
  Fisher(List<LinearSlot> slots, Scope scope) {
    this.scope = scope;
    for (LinearSlot slot : slots) {
      if (!(slot.linear() instanceof DenseLinear dense)) {
        throw new InputException(
            "Fisher information is collected on a dense model, but "
                + slot.name()
                + " is factored already");
      }
      Matrix w = dense.weight();
      Tensor sums =
          squares.computeIfAbsent(
              w.data(), data -> scope.zeros(data.dtype(), data.shape().toArray()));
      bySlot.put(slot.name(), new Matrix(sums, w.offset(), w.rows(), w.cols(), w.stride()));
    }
  }

  /** The sums for a tensor that holds weights, of its shape; null if it holds none. */
  Tensor sums(Tensor weights) {
    return squares.get(weights);
  }

  /** All slots' names. */
  public Iterable<String> slots() {
    return bySlot.keySet();
  }

  /**
   * F of a slot's matrix.
   *
   * @return [inputs, outputs], not to be modified
   */
  public Matrix of(String slot) {
    Matrix found = bySlot.get(slot);
    if (found == null) {
      throw new IllegalArgumentException("no Fisher information of " + slot);
    }
    return found;
  }

  /**
   * The importance of every input of a slot's matrix: Σ over outputs of F.
   *
   * @return [inputs]
   */
  public double[] ofInputs(String slot) {
    Matrix f = of(slot);
    double[] sums = new double[f.rows()];
    double[] row = new double[f.cols()];
    for (int i = 0; i < f.rows(); i++) {
      f.data().read(f.offset() + (long) i * f.stride(), row, 0, row.length);
      for (double value : row) {
        sums[i] += value;
      }
    }
    return sums;
  }

  @Override
  public void close() {
    scope.close();
  }
}
