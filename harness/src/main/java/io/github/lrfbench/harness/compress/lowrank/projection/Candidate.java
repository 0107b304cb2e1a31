package io.github.lrfbench.harness.compress.lowrank.projection;

import io.github.lrfbench.harness.calibrate.ActivationMoments;
import io.github.lrfbench.harness.calibrate.GradientMoments;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * Symmetric matrices whose leading eigenvectors span what inputs are projected on (Sakr and
 * Khailany 2024). C = Σ x xᵀ, Cₙ the same of x / ‖x‖, G = Wᵀ W, and g the loss's gradient by x.
 */
enum Candidate {
  /** C: the least squared error of x. */
  MSE("mse"),
  /** Cₙ: the least error relative to ‖x‖. */
  NMSE("nmse"),
  /** C G + G C: stands for the least error of W x. */
  OUTPUT("go"),
  /** The same of Cₙ. */
  NORMALIZED_OUTPUT("go-l2"),
  /** C Σ g gᵀ + Σ g gᵀ C: stands for the least change of the loss. */
  LOSS("nl"),
  /** The same of Cₙ. */
  NORMALIZED_LOSS("nl-l2"),
  /** Σ ‖g‖² x xᵀ: a bound on the change of the loss, by Cauchy and Schwarz. */
  LOSS_BOUND("nl-bound");

  private final String label;

  Candidate(String label) {
    this.label = label;
  }

  /** The name in options. */
  String label() {
    return label;
  }

  static Candidate parse(String label) {
    return Arrays.stream(values())
        .filter(candidate -> candidate.label.equals(label))
        .findFirst()
        .orElseThrow();
  }

  /** Whether it only stands for what it should minimize. */
  boolean isSurrogateOfOutput() {
    return this == OUTPUT || this == NORMALIZED_OUTPUT;
  }

  /** Whether it takes more than the second moments of the inputs. */
  boolean needsGradients() {
    return this != MSE && this != OUTPUT;
  }

  /**
   * The symmetric matrix, [n, n].
   *
   * @param w W, F64 [m, n], not modified
   * @param scope owns it
   */
  Matrix matrix(
      Matrix w,
      ActivationMoments.Moments inputs,
      Supplier<GradientMoments.Moments> gradients,
      Scope scope) {
    return switch (this) {
      case MSE -> Matrices.toDouble(inputs.gram(), scope);
      case NMSE -> Matrices.toDouble(gradients.get().normalized(), scope);
      case OUTPUT -> symmetrized(inputs.gram(), gramOf(w, scope), scope);
      case NORMALIZED_OUTPUT -> symmetrized(gradients.get().normalized(), gramOf(w, scope), scope);
      case LOSS -> symmetrized(inputs.gram(), gradients.get().gradients(), scope);
      case NORMALIZED_LOSS ->
          symmetrized(gradients.get().normalized(), gradients.get().gradients(), scope);
      case LOSS_BOUND -> Matrices.toDouble(gradients.get().weighted(), scope);
    };
  }

  private static Matrix gramOf(Matrix w, Scope scope) {
    return Matrices.product(true, w, false, w, scope);
  }

  /** a b + b a of symmetric matrices. */
  private static Matrix symmetrized(Matrix a, Matrix b, Scope scope) {
    Matrix product = Matrices.product(false, a, false, b, scope);
    Matrix sum = Matrices.transpose(product, scope);
    scope.device().gradients().addScaled(1, product, sum);
    return sum;
  }
}
