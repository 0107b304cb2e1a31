package io.github.lrfbench.harness.calibrate;

import io.github.lrfbench.harness.autograd.Layer;
import io.github.lrfbench.harness.autograd.LayerGradients;
import io.github.lrfbench.harness.calibrate.GradientMoments.Moments;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.train.TrainingSet;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.IntConsumer;

/** Runs a model over labelled examples for the moments of its gradients. */
final class GradientMomentsCollector implements LayerGradients {
  /** What is summed up for a layer, whose parts share their input. */
  private static final class Sums {
    private final Moments moments;
    private final double[] outputs;
    private long tokens;

    Sums(Layer layer, Scope scope) {
      int width = layer.inputs();
      moments =
          new Moments(
              Matrix.of(scope.zeros(DType.F64, width, width)),
              Matrix.of(scope.zeros(DType.F64, width, width)),
              Matrix.of(scope.zeros(DType.F64, width, width)));
      outputs = new double[layer.parts().size()];
    }
  }

  private final Device device;
  private final GradientMoments moments;
  private final ActivationMoments reached;
  private final Map<Layer, LinearSlot> slots = new IdentityHashMap<>();
  private final Map<Layer, Sums> byLayer = new IdentityHashMap<>();

  private GradientMomentsCollector(
      Model model, GradientMoments moments, ActivationMoments reached) {
    this.device = model.device();
    this.moments = moments;
    this.reached = reached;
    model.slots().forEach(slot -> slots.put(slot.linear(), slot));
  }

  /**
   * Collects.
   *
   * @param reached moments of the inputs over the tokens that count; null where all do
   * @param progress receives the number of examples done
   */
  static GradientMoments collect(
      Model model, TrainingSet examples, ActivationMoments reached, IntConsumer progress) {
    GradientMoments moments = new GradientMoments(model.device().openScope());
    try {
      GradientMomentsCollector collector = new GradientMomentsCollector(model, moments, reached);
      BackwardPasses.run(model, examples, offsets -> collector, progress);
      collector.byLayer.forEach(collector::put);
      return moments;
    } catch (RuntimeException | Error e) {
      moments.close();
      throw e;
    }
  }

  private void put(Layer layer, Sums sums) {
    for (int i = 0; i < sums.outputs.length; i++) {
      String name = slots.get(layer.parts().get(i)).name();
      long tokens = reached == null ? sums.tokens : reached.of(name).tokens();
      moments.put(name, sums.moments, sums.outputs[i] / tokens);
    }
  }

  @Override
  public boolean wants(Layer layer) {
    return layer.parts().stream().allMatch(slots::containsKey);
  }

  @Override
  public void add(Layer layer, Matrix x, Matrix dy) {
    Sums sums = byLayer.computeIfAbsent(layer, key -> new Sums(layer, moments.scope()));
    sums.tokens += x.rows();
    try (Scope scratch = device.openScope()) {
      Matrix weight = Matrix.of(scratch.allocate(x.dtype(), x.cols(), dy.cols()));
      int column = 0;
      for (int i = 0; i < sums.outputs.length; i++) {
        Linear part = slots.get(layer.parts().get(i)).linear();
        int end = column + part.outputs();
        sums.outputs[i] += device.blas().squaredNorm(dy.columns(column, end));
        device.blas().copy(DenseLinear.of(part, scratch).weight(), weight.columns(column, end));
        column = end;
      }
      Matrix dx = Matrix.of(scratch.allocate(x.dtype(), x.rows(), x.cols()));
      device.blas().gemm(false, true, 1, dy, weight, 0, dx);
      device.blas().addGram(dx, sums.moments.gradients());
      Matrix scaled = Matrix.of(scratch.allocate(x.dtype(), x.rows(), x.cols()));
      device.blas().copy(x, scaled);
      double[] norms = device.blas().rowSquaredNorms(x);
      double[] slopes = device.blas().rowSquaredNorms(dx);
      double[] shares = new double[norms.length];
      for (int i = 0; i < shares.length; i++) {
        // Nothing comes back from a token that is not reached.
        boolean counts = norms[i] > 0 && (reached == null || slopes[i] > 0);
        shares[i] = counts ? 1 / Math.sqrt(norms[i]) : 0;
      }
      device.blas().scaleRows(scaled, shares);
      device.blas().addGram(scaled, sums.moments.normalized());
      device.blas().copy(x, scaled);
      device.blas().scaleRows(scaled, Arrays.stream(slopes).map(Math::sqrt).toArray());
      device.blas().addGram(scaled, sums.moments.weighted());
    }
  }
}
