package io.github.lrfbench.harness.calibrate;

import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.train.TrainingSet;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * Kronecker products that stand for the Fisher information of matrices W [m, n] in a model's slots:
 * what a difference E costs is tr(Eᵀ G E K), G being of the outputs and K of the inputs.
 */
public final class FisherFactors implements AutoCloseable {
  /**
   * The factors of a matrix.
   *
   * @param outputs G, F64 [m, m]
   * @param inputs K, F64 [n, n]; null where the inputs' own moments are meant
   * @param inputSum Σ of the inputs by the weights of K, [n]; null where it is not known
   */
  public record Factors(Matrix outputs, Matrix inputs, double[] inputSum) {}

  /** One way to come by factors. */
  public interface Source {
    /** Names the source and all that its factors depend on beside model and examples. */
    String id();

    /** Whether it is used with the moments of all tokens' inputs, which its passes see too. */
    boolean needsMoments();

    /**
     * Collects the factors of all slots' matrices.
     *
     * @param seed of what is drawn
     * @param inputs collects moments of inputs on the way where they are needed; null if they are
     *     known
     * @param progress receives the number of examples done
     */
    FisherFactors collect(
        Model model,
        TrainingSet examples,
        long seed,
        MomentsCollector inputs,
        IntConsumer progress);
  }

  private final Scope scope;
  private final Map<String, Factors> bySlot = new LinkedHashMap<>();

  /** No factors yet. */
  FisherFactors(Scope scope) {
    this.scope = scope;
  }

  /** Factors that are zeros, to add to. */
  static FisherFactors zeros(Model model, boolean inputs, boolean sums) {
    FisherFactors factors = new FisherFactors(model.device().openScope());
    for (LinearSlot slot : model.slots()) {
      int m = slot.linear().outputs();
      int n = slot.linear().inputs();
      factors.put(
          slot.name(),
          new Factors(
              Matrix.of(factors.scope.zeros(DType.F64, m, m)),
              inputs ? Matrix.of(factors.scope.zeros(DType.F64, n, n)) : null,
              sums ? new double[n] : null));
    }
    return factors;
  }

  Scope scope() {
    return scope;
  }

  void put(String slot, Factors factors) {
    bySlot.put(slot, factors);
  }

  /** The factors of a slot's matrix. */
  public Factors of(String slot) {
    Factors found = bySlot.get(slot);
    if (found == null) {
      throw new IllegalArgumentException("no gradients of the outputs of " + slot);
    }
    return found;
  }

  /** By slot. */
  Map<String, Factors> all() {
    return bySlot;
  }

  @Override
  public void close() {
    scope.close();
  }
}
