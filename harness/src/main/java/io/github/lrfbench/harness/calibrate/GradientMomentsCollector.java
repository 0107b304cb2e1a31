package io.github.lrfbench.harness.calibrate;

import io.github.lrfbench.harness.autograd.ParameterGradients;
import io.github.lrfbench.harness.calibrate.GradientMoments.Moments;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.train.TrainingSet;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/** Runs a dense model over labelled examples for the moments of its gradients. */
final class GradientMomentsCollector implements ParameterGradients {
  /** What is summed up for the slots of one weight tensor, which share their input. */
  private static final class Sums {
    private final List<LinearSlot> slots = new ArrayList<>();
    private final Moments moments;
    private final Tensor unused;
    private double[] outputs = new double[0];
    private long tokens;

    Sums(Scope scope, int width) {
      moments =
          new Moments(
              Matrix.of(scope.zeros(DType.F64, width, width)),
              Matrix.of(scope.zeros(DType.F64, width, width)),
              Matrix.of(scope.zeros(DType.F64, width, width)));
      unused = scope.zeros(DType.F32, 1);
    }
  }

  private final Device device;
  private final Map<Tensor, Sums> byWeights = new IdentityHashMap<>();

  private GradientMomentsCollector(Device device) {
    this.device = device;
  }

  /**
   * Collects.
   *
   * @param progress receives the number of examples done
   * @throws InputException if a matrix is not stored whole
   */
  static GradientMoments collect(Model model, TrainingSet examples, IntConsumer progress) {
    GradientMoments moments = new GradientMoments(model.device().openScope());
    try {
      GradientMomentsCollector collector = new GradientMomentsCollector(model.device());
      for (LinearSlot slot : model.slots()) {
        if (!(slot.linear() instanceof DenseLinear dense)) {
          throw new InputException(
              "gradients are collected on a dense model, but "
                  + slot.name()
                  + " is factored already");
        }
        collector
            .byWeights
            .computeIfAbsent(
                dense.weight().data(), key -> new Sums(moments.scope(), slot.linear().inputs()))
            .slots
            .add(slot);
      }
      BackwardPasses.run(model, examples, offsets -> collector, progress);
      for (Sums sums : collector.byWeights.values()) {
        for (int i = 0; i < sums.slots.size(); i++) {
          double sensitivity = sums.outputs[i] / sums.tokens;
          moments.put(sums.slots.get(i).name(), sums.moments, sensitivity);
        }
      }
      return moments;
    } catch (RuntimeException | Error e) {
      moments.close();
      throw e;
    }
  }

  @Override
  public Tensor of(Tensor parameter) {
    Sums sums = byWeights.get(parameter);
    return sums == null ? null : sums.unused;
  }

  @Override
  public void addProduct(Matrix weight, boolean transposed, Matrix x, Matrix dy) {
    Sums sums = byWeights.get(weight.data());
    if (sums == null) {
      return;
    }
    if (transposed) {
      throw new IllegalArgumentException("weights of slots stand on the right as they are");
    }
    sums.tokens += x.rows();
    addOutputs(sums, weight, dy);
    try (Scope scratch = device.openScope()) {
      Matrix dx = Matrix.of(scratch.allocate(x.dtype(), x.rows(), x.cols()));
      device.blas().gemm(false, true, 1, dy, weight, 0, dx);
      addGram(dx, sums.moments.gradients(), scratch);
      Matrix scaled = Matrix.of(scratch.allocate(x.dtype(), x.rows(), x.cols()));
      device.blas().copy(x, scaled);
      double[] norms = device.blas().rowSquaredNorms(x);
      device
          .blas()
          .scaleRows(scaled, Arrays.stream(norms).map(n -> n > 0 ? 1 / Math.sqrt(n) : 0).toArray());
      addGram(scaled, sums.moments.normalized(), scratch);
      device.blas().copy(x, scaled);
      double[] slopes = device.blas().rowSquaredNorms(dx);
      device.blas().scaleRows(scaled, Arrays.stream(slopes).map(Math::sqrt).toArray());
      addGram(scaled, sums.moments.weighted(), scratch);
    }
  }

  private void addOutputs(Sums sums, Matrix weight, Matrix dy) {
    sums.outputs = Arrays.copyOf(sums.outputs, sums.slots.size());
    for (int i = 0; i < sums.outputs.length; i++) {
      Matrix own = ((DenseLinear) sums.slots.get(i).linear()).weight();
      int column = Math.toIntExact(own.offset() - weight.offset());
      sums.outputs[i] += device.blas().squaredNorm(dy.columns(column, column + own.cols()));
    }
  }

  /** {@code sum += xᵀ x}; the product in the model's precision, the sum in F64. */
  private void addGram(Matrix x, Matrix sum, Scope scratch) {
    Matrix gram = Matrix.of(scratch.allocate(x.dtype(), x.cols(), x.cols()));
    Matrix wide = Matrix.of(scratch.allocate(DType.F64, x.cols(), x.cols()));
    device.blas().syrk(true, x, gram);
    device.blas().copy(gram, wide);
    device.gradients().addScaled(1, wide, sum);
  }
}
