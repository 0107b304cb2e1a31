package io.github.lrfbench.harness.calibrate;

import io.github.lrfbench.harness.autograd.Layer;
import io.github.lrfbench.harness.autograd.LayerGradients;
import io.github.lrfbench.harness.calibrate.FisherFactors.Factors;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.train.TrainingSet;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * Σ g gᵀ over tokens, g = dL/dy being the gradient of an example's loss by the outputs of a matrix,
 * and of inputs x that count by it Σ ‖g‖² x xᵀ, the sum of the weighted inputs being Σ ‖g‖² x.
 *
 * @param labels of the examples
 * @param weighted whether moments of inputs are wanted
 * @param clipped whether the norm of every g is brought within a tenth and ten times the mean of
 *     its sequence, in which norms below 1e-10 neither count nor change (Thoma et al. 2026)
 */
public record OutputGradients(Labels labels, boolean weighted, boolean clipped)
    implements FisherFactors.Source {
  private static final double RANGE = 10;
  private static final double LEAST_NORM = 1e-10;

  @Override
  public String id() {
    return "outputs-"
        + labels.label()
        + (weighted ? "-weighted" : "")
        + (clipped ? "-clipped" : "");
  }

  @Override
  public boolean needsMoments() {
    return true;
  }

  @Override
  public FisherFactors collect(
      Model model, TrainingSet examples, long seed, MomentsCollector inputs, IntConsumer progress) {
    FisherFactors factors = FisherFactors.zeros(model, weighted, weighted);
    try {
      SlotParts parts = new SlotParts(model);
      BackwardPasses.run(
          model,
          examples,
          new PassLabels(labels, seed),
          inputs,
          offsets -> new Pass(parts, factors, offsets),
          progress);
      return factors;
    } catch (RuntimeException | Error e) {
      factors.close();
      throw e;
    }
  }

  /** Adds what one pass over a batch shows. */
  private final class Pass implements LayerGradients {
    private final SlotParts parts;
    private final FisherFactors factors;
    private final int[] offsets;

    Pass(SlotParts parts, FisherFactors factors, int[] offsets) {
      this.parts = parts;
      this.factors = factors;
      this.offsets = offsets;
    }

    @Override
    public boolean wants(Layer layer) {
      return parts.has(layer);
    }

    @Override
    public void add(Layer layer, Matrix x, Matrix dy) {
      parts.forEach(layer, dy, (slot, g) -> addSlot(factors.of(slot), x, g));
    }

    private void addSlot(Factors sums, Matrix x, Matrix slopes) {
      Device device = x.device();
      try (Scope scratch = device.openScope()) {
        Matrix g = slopes;
        if (clipped) {
          g = copy(slopes, scratch);
          device.blas().scaleRows(g, scales(device.blas().rowSquaredNorms(g), offsets));
        }
        device.blas().addGram(g, sums.outputs());
        if (weighted) {
          addInputs(sums, x, device.blas().rowSquaredNorms(g), scratch);
        }
      }
    }

    private void addInputs(Factors sums, Matrix x, double[] squares, Scope scratch) {
      Matrix scaled = copy(x, scratch);
      double[] norms = Arrays.stream(squares).map(Math::sqrt).toArray();
      x.device().blas().scaleRows(scaled, norms);
      x.device().blas().addGram(scaled, sums.inputs());
      x.device().blas().scaleRows(scaled, norms);
      float[] row = new float[x.cols()];
      for (int i = 0; i < x.rows(); i++) {
        scaled.data().read(scaled.offset() + (long) i * scaled.stride(), row, 0, row.length);
        for (int j = 0; j < row.length; j++) {
          sums.inputSum()[j] += row[j];
        }
      }
    }
  }

  private static Matrix copy(Matrix x, Scope scope) {
    Matrix copy = Matrix.of(scope.allocate(x.dtype(), x.rows(), x.cols()));
    x.device().blas().copy(x, copy);
    return copy;
  }

  /**
   * By what gradients are multiplied to bring their norms within range.
   *
   * @param squares of the norms
   * @param offsets where sequences begin, and the last ends
   */
  static double[] scales(double[] squares, int[] offsets) {
    double[] scales = new double[squares.length];
    for (int s = 0; s + 1 < offsets.length; s++) {
      double mean =
          Arrays.stream(squares, offsets[s], offsets[s + 1])
              .map(Math::sqrt)
              .filter(norm -> norm >= LEAST_NORM)
              .average()
              .orElse(0);
      for (int t = offsets[s]; t < offsets[s + 1]; t++) {
        double norm = Math.sqrt(squares[t]);
        double wanted = Math.min(Math.max(norm, mean / RANGE), mean * RANGE);
        scales[t] = norm >= LEAST_NORM ? wanted / norm : 1;
      }
    }
    return scales;
  }
}
