package io.github.lrfbench.harness.compress.columns;

import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.harness.compress.lowrank.EigenTransform;
import io.github.lrfbench.harness.compress.lowrank.Whitening;
import io.github.lrfbench.harness.compress.spi.ErrorMetric;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.compress.spi.SlotMatrix;
import io.github.lrfbench.harness.compress.spi.SlotStatistics;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;

/**
 * A matrix, and what is looked at in its place where inputs count by their second moments C: A = W
 * C^½ with the symmetric root, so that column j is still that of input j and ‖(W − Ŵ) X‖ = ‖A − Ŵ
 * C^½‖.
 *
 * @param w W, F64 [m, n]
 * @param a A, F64 [m, n]; W itself where inputs count alike
 * @param metric by which errors are measured
 */
record Weighing(Matrix w, Matrix a, ErrorMetric metric) {
  private static final String WEIGHTED = "weighted";

  /** The option {@code weighted}: whether inputs count by their second moments. */
  static MethodOption option() {
    return MethodOption.flag(WEIGHTED, false);
  }

  /** Whether it is given. */
  static boolean isAsked(MethodOptions options) {
    return options.flag(WEIGHTED);
  }

  /**
   * The matrix of a slot.
   *
   * @param scope owns it
   */
  static Weighing of(
      LinearSlot slot, MethodOptions options, SlotStatistics statistics, Scope scope) {
    Matrix w = Matrices.toDouble(SlotMatrix.of(slot, scope), scope);
    if (!isAsked(options)) {
      return new Weighing(w, w, ErrorMetric.WEIGHTS);
    }
    Moments moments = statistics.moments(slot);
    try (Scope scratch = scope.device().openScope()) {
      EigenTransform root = Whitening.byEigenvectors(moments.gram(), scratch);
      Matrix a = Matrices.product(false, root.multiply(w, scratch), false, root.vectors(), scope);
      return new Weighing(w, a, ErrorMetric.outputs(moments));
    }
  }

  boolean isWeighted() {
    return a != w;
  }
}
