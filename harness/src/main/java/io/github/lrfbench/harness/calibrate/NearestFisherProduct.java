package io.github.lrfbench.harness.calibrate;

import io.github.lrfbench.harness.autograd.Layer;
import io.github.lrfbench.harness.autograd.LayerGradients;
import io.github.lrfbench.harness.calibrate.FisherFactors.Factors;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.train.TrainingSet;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * The Kronecker product that is closest to the Fisher information (1/N) Σ vec(G) vec(G)ᵀ, G [m, n]
 * being the gradients of a matrix by single samples (Chekalina et al. 2025). It is the largest
 * singular pair of two linear maps, found by taking them in turns: U = Σ G V Gᵀ / N, of length one,
 * and V = Σ Gᵀ U G / N, from V = 1 on.
 *
 * <p>No G is formed. Of a sample of t tokens with inputs X [t, n] and outputs' gradients D [t, m]
 * it is Dᵀ X, so that G V Gᵀ = Dᵀ (X V Xᵀ) D: 2 (n² + m²) operations a token. Nothing is kept of
 * tokens; every map is a backward pass over all examples, for all matrices at once.
 *
 * @param labels of the examples
 * @param samples what a sample is
 * @param steps how often both maps are taken
 */
public record NearestFisherProduct(Labels labels, Samples samples, int steps)
    implements FisherFactors.Source {
  /** What a sample is. */
  public enum Samples {
    /** An example: the gradients of its tokens are added up before they are squared. */
    EXAMPLES,
    /** A token. */
    TOKENS;

    /** As options name it. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** The samples of a name. */
    public static Samples parse(String label) {
      return valueOf(label.toUpperCase(Locale.ROOT));
    }
  }

  @Override
  public String id() {
    return "product-" + labels.label() + "-" + samples.label() + "-" + steps;
  }

  @Override
  public boolean needsMoments() {
    return false;
  }

  @Override
  public FisherFactors collect(
      Model model, TrainingSet examples, long seed, MomentsCollector inputs, IntConsumer progress) {
    FisherFactors factors = FisherFactors.zeros(model, true, false);
    try {
      SlotParts parts = new SlotParts(model);
      for (int half = 0; half < 2 * steps; half++) {
        boolean outputs = half % 2 == 0;
        boolean first = half == 0;
        try (Scope scope = model.device().openScope()) {
          Map<String, Matrix> given = new HashMap<>();
          for (LinearSlot slot : model.slots()) {
            Factors own = factors.of(slot.name());
            given.put(
                slot.name(), first ? null : single(outputs ? own.inputs() : own.outputs(), scope));
            model.device().gradients().clear(outputs ? own.outputs() : own.inputs());
          }
          BackwardPasses.run(
              model,
              examples,
              new PassLabels(labels, seed),
              null,
              offsets -> new Pass(parts, factors, given, outputs, offsets),
              progress);
        }
        for (LinearSlot slot : model.slots()) {
          Factors own = factors.of(slot.name());
          // The last map gives V its length: U ⊗ V is σ times what is of length one.
          finish(outputs ? own.outputs() : own.inputs(), outputs, examples.size());
        }
      }
      return factors;
    } catch (RuntimeException | Error e) {
      factors.close();
      throw e;
    }
  }

  /** A copy of length one in single precision. */
  static Matrix single(Matrix x, Scope scope) {
    try (Scope scratch = x.device().openScope()) {
      Matrix unit = Matrix.of(scratch.allocate(DType.F64, x.rows(), x.cols()));
      x.device().blas().copy(x, unit);
      scale(unit, inverse(norm(unit)));
      Matrix copy = Matrix.of(scope.allocate(DType.F32, x.rows(), x.cols()));
      x.device().blas().copy(unit, copy);
      return copy;
    }
  }

  /** Makes up for rounding that left a sum not symmetric, and has U of length one, V a mean. */
  static void finish(Matrix sum, boolean unit, int samples) {
    Device device = sum.device();
    try (Scope scratch = device.openScope()) {
      Matrix transposed = Matrix.of(scratch.allocate(DType.F64, sum.rows(), sum.cols()));
      device.blas().transpose(sum, transposed);
      device.gradients().addScaled(1, transposed, sum);
      scale(sum, unit ? inverse(norm(sum)) : 0.5 / samples);
    }
  }

  private static double norm(Matrix x) {
    return Math.sqrt(x.device().blas().squaredNorm(x));
  }

  private static double inverse(double norm) {
    return norm > 0 ? 1 / norm : 0;
  }

  private static void scale(Matrix x, double factor) {
    double[] factors = new double[x.rows()];
    Arrays.fill(factors, factor);
    x.device().blas().scaleRows(x, factors);
  }

  /** One of the maps over a batch. */
  private final class Pass implements LayerGradients {
    private final SlotParts parts;
    private final FisherFactors factors;
    private final Map<String, Matrix> given;
    private final boolean outputs;
    private final int[] offsets;

    /**
     * A map.
     *
     * @param given V or U by slot, in single precision; null for 1
     * @param outputs whether U is added to, and V given
     */
    Pass(
        SlotParts parts,
        FisherFactors factors,
        Map<String, Matrix> given,
        boolean outputs,
        int[] offsets) {
      this.parts = parts;
      this.factors = factors;
      this.given = given;
      this.outputs = outputs;
      this.offsets = offsets;
    }

    @Override
    public boolean wants(Layer layer) {
      return parts.has(layer);
    }

    @Override
    public void add(Layer layer, Matrix x, Matrix dy) {
      parts.forEach(
          layer,
          dy,
          (slot, g) -> {
            Factors own = factors.of(slot);
            if (outputs) {
              NearestFisherProduct.add(samples, x, given.get(slot), g, offsets, own.outputs());
            } else {
              NearestFisherProduct.add(samples, g, given.get(slot), x, offsets, own.inputs());
            }
          });
    }
  }

  /** {@code sum += Σ bᵀ (a metric aᵀ) b} over samples, whose tokens are rows of a and b. */
  static void add(Samples samples, Matrix a, Matrix metric, Matrix b, int[] offsets, Matrix sum) {
    Device device = a.device();
    try (Scope scratch = device.openScope()) {
      Matrix image = a;
      if (metric != null) {
        image = Matrix.of(scratch.allocate(a.dtype(), a.rows(), a.cols()));
        device.blas().gemm(false, false, 1, a, metric, 0, image);
      }
      Matrix weighted = Matrix.of(scratch.allocate(b.dtype(), b.rows(), b.cols()));
      if (samples == Samples.TOKENS) {
        device.blas().copy(b, weighted);
        device.blas().scaleRows(weighted, rowProducts(a, image));
      } else {
        weigh(a, image, b, offsets, weighted, scratch);
      }
      GramSums.add(b, weighted, sum);
    }
  }

  /** Of every sequence (a imageᵀ) b. */
  private static void weigh(
      Matrix a, Matrix image, Matrix b, int[] offsets, Matrix weighted, Scope scratch) {
    for (int s = 0; s + 1 < offsets.length; s++) {
      int from = offsets[s];
      int to = offsets[s + 1];
      Matrix products = Matrix.of(scratch.allocate(a.dtype(), to - from, to - from));
      a.device().blas().gemm(false, true, 1, a.rows(from, to), image.rows(from, to), 0, products);
      a.device()
          .blas()
          .gemm(false, false, 1, products, b.rows(from, to), 0, weighted.rows(from, to));
    }
  }

  private static double[] rowProducts(Matrix a, Matrix image) {
    double[] products = new double[a.rows()];
    float[] left = new float[a.cols()];
    float[] right = new float[a.cols()];
    for (int t = 0; t < products.length; t++) {
      a.data().read(a.offset() + (long) t * a.stride(), left, 0, left.length);
      image.data().read(image.offset() + (long) t * image.stride(), right, 0, right.length);
      for (int j = 0; j < left.length; j++) {
        products[t] += (double) left[j] * right[j];
      }
    }
    return products;
  }
}
