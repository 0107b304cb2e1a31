package io.github.lrfbench.harness.calibrate;

import io.github.lrfbench.harness.autograd.Layer;
import io.github.lrfbench.harness.autograd.LayerGradients;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.train.TrainingSet;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * How much the loss depends on every head of a model's attentions (Michel et al. 2019): the mean
 * over examples of |dL/dξ|, ξ = 1 being a gate before what the head gives, z. An example's dL/dξ is
 * the sum over its tokens of z · dL/dz; of a block that is run several times, over the runs, too.
 */
final class HeadImportance implements LayerGradients {
  private final int headSize;
  private final Map<Layer, String> outputs = new IdentityHashMap<>();
  private final Map<String, double[]> sums = new HashMap<>();

  /**
   * Of the batch that is run, by slot the derivatives of each example's loss, [examples][heads].
   */
  private final Map<String, double[][]> derivatives = new HashMap<>();

  /** Where its examples begin, and the last ends. */
  private int[] offsets;

  private HeadImportance(Model model) {
    this.headSize = model.headSize();
    for (LinearSlot slot : model.slots()) {
      if (slot.role().equals("attention_output")) {
        outputs.put(slot.linear(), slot.name());
        sums.put(slot.name(), new double[slot.linear().inputs() / headSize]);
      }
    }
  }

  /**
   * Runs a model over labelled examples, dropout being off.
   *
   * @param progress receives the number of examples done
   * @return by the slot of an attention's output matrix a number for each head
   */
  static Map<String, double[]> of(Model model, TrainingSet examples, IntConsumer progress) {
    HeadImportance importance = new HeadImportance(model);
    BackwardPasses.run(model, examples, importance::begin, progress);
    importance.end();
    for (double[] heads : importance.sums.values()) {
      for (int head = 0; head < heads.length; head++) {
        heads[head] /= examples.size();
      }
    }
    return importance.sums;
  }

  private LayerGradients begin(int[] examples) {
    end();
    offsets = examples;
    return this;
  }

  private void end() {
    derivatives.forEach(
        (slot, byExample) -> {
          double[] heads = sums.get(slot);
          for (double[] own : byExample) {
            for (int head = 0; head < heads.length; head++) {
              heads[head] += Math.abs(own[head]);
            }
          }
        });
    derivatives.clear();
  }

  @Override
  public boolean wants(Layer layer) {
    return outputs.containsKey(layer);
  }

  @Override
  public void add(Layer layer, Matrix x, Matrix dy) {
    int heads = x.cols() / headSize;
    double[][] byExample =
        derivatives.computeIfAbsent(
            outputs.get(layer), missing -> new double[offsets.length - 1][heads]);
    float[] products = products((Linear) layer, x, dy);
    for (int example = 0; example < byExample.length; example++) {
      for (int row = offsets[example]; row < offsets[example + 1]; row++) {
        for (int i = 0; i < x.cols(); i++) {
          byExample[example][i / headSize] += products[row * x.cols() + i];
        }
      }
    }
  }

  /** z dL/dz, element by element, [T, width of all heads]. */
  private static float[] products(Linear output, Matrix x, Matrix dy) {
    Device device = x.device();
    try (Scope scratch = device.openScope()) {
      Matrix dense = output.dense();
      Matrix weight = dense == null ? DenseLinear.of(output, scratch).weight() : dense;
      Matrix products = Matrix.of(scratch.allocate(x.dtype(), x.rows(), x.cols()));
      device.blas().gemm(false, true, 1, dy, weight, 0, products);
      device.gradients().multiply(x, products);
      return products.data().toFloats();
    }
  }
}
