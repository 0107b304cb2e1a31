package io.github.lrfbench.harness.calibrate;

import io.github.lrfbench.harness.autograd.Layer;
import io.github.lrfbench.harness.autograd.LayerGradients;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.train.TrainingSet;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * The mean gradient of the loss by every matrix of a model, in whatever form it is stored: G =
 * (1/N) Σ dL/dW over the examples, signs and all, dL/dW being the sum over an example's tokens of g
 * xᵀ, x what the matrix read and g the gradient of its output. Products are in the model's
 * precision, sums in F64.
 */
public final class MeanGradients implements AutoCloseable {
  private final Scope scope;
  private final SlotSums sums;

  private MeanGradients(List<LinearSlot> slots, Scope scope) {
    this.scope = scope;
    this.sums = new SlotSums(slots, DType.F64, scope);
  }

  /**
   * Runs a model over labelled examples, dropout being off.
   *
   * @param progress receives the number of examples done
   */
  static MeanGradients collect(Model model, TrainingSet examples, IntConsumer progress) {
    MeanGradients gradients = new MeanGradients(model.slots(), model.device().openScope());
    try {
      BackwardPasses.run(model, examples, offsets -> new Collector(gradients.sums), progress);
      gradients.sums.divideBy(examples.size());
      return gradients;
    } catch (RuntimeException | Error e) {
      gradients.close();
      throw e;
    }
  }

  /** Adds what a batch gives. */
  private record Collector(SlotSums sums) implements LayerGradients {
    @Override
    public boolean wants(Layer layer) {
      return sums.has(layer);
    }

    @Override
    public void add(Layer layer, Matrix x, Matrix dy) {
      Device device = x.device();
      try (Scope scratch = device.openScope()) {
        Matrix product = Matrix.of(scratch.allocate(x.dtype(), x.cols(), dy.cols()));
        Matrix wide = Matrix.of(scratch.allocate(DType.F64, x.cols(), dy.cols()));
        device.blas().gemm(true, false, 1, x, dy, 0, product);
        device.blas().copy(product, wide);
        device.gradients().addScaled(1, wide, sums.of(layer));
      }
    }
  }

  /**
   * Gᵀ of a slot's matrix.
   *
   * @return F64 [inputs, outputs], not to be modified
   */
  public Matrix of(String slot) {
    Matrix found = sums.of(slot);
    if (found == null) {
      throw new IllegalArgumentException("no mean gradient of " + slot);
    }
    return found;
  }

  @Override
  public void close() {
    scope.close();
  }
}
