package io.github.lrfbench.harness.compress.sharing;

import io.github.lrfbench.harness.compress.lowrank.CholeskyTransform;
import io.github.lrfbench.harness.compress.lowrank.ConjugateGradients;
import io.github.lrfbench.harness.compress.lowrank.Whitening;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Factors of a shared basis by least squares, Σ_l tr((W_l − A_l B) C_l (W_l − A_l B)ᵀ), each matrix
 * being measured on its own inputs. A_l given B is W_l C_l Bᵀ (B C_l Bᵀ)⁻¹. B given all A_l solves
 * Σ_l A_lᵀ A_l B C_l = Σ_l A_lᵀ W_l C_l by conjugate gradients from the B of before, under the
 * solution for proportional C_l, (Σ A_lᵀ A_l)⁻¹ R (Σ C_l)⁻¹. No step makes it worse.
 */
final class AlternatingFit {
  /** The most rounds that a fit takes. */
  static final int SWEEPS = 30;

  /** A round that lowers the error by less than this part of it is the last. */
  private static final double LEAST_GAIN = 1e-3;

  private static final int STEPS = 4;

  /** Relative to the mean of a diagonal. */
  private static final double ROUNDING = 1e-12;

  private final Device device;
  private final Scope scope;
  private final List<Matrix> grams;
  private final double leastGain;

  /** W_l C_l, [m_l, n]. */
  private final List<Matrix> images = new ArrayList<>();

  /** Σ ‖W_l X_l‖². */
  private final double energy;

  /** Factors with their error. */
  private record Solution(SharedFactors factors, double error) {}

  /**
   * A fit of some matrices.
   *
   * @param matrices W_l, F64 [m_l, n]
   * @param grams C_l, F64 [n, n], not modified
   * @param scope owns the factors
   */
  AlternatingFit(List<Matrix> matrices, List<Matrix> grams, Scope scope) {
    this(matrices, grams, LEAST_GAIN, scope);
  }

  AlternatingFit(List<Matrix> matrices, List<Matrix> grams, double leastGain, Scope scope) {
    this.device = scope.device();
    this.scope = scope;
    this.grams = grams;
    this.leastGain = leastGain;
    double sum = 0;
    for (int i = 0; i < matrices.size(); i++) {
      Matrix image = Matrices.product(false, matrices.get(i), false, grams.get(i), scope);
      images.add(image);
      sum += Matrices.innerProduct(image, matrices.get(i));
    }
    this.energy = sum;
  }

  /**
   * Better factors, or the given ones where there are none.
   *
   * @param sweeps how often B is fitted at most; 0 fits all A_l alone
   */
  SharedFactors improve(SharedFactors start, int sweeps) {
    Solution best = refit(start);
    for (int sweep = 0; sweep < sweeps; sweep++) {
      Solution next = sweep(best.factors());
      if (!(next.error() < best.error())) {
        break;
      }
      double gain = best.error() - next.error();
      best = next;
      if (gain < leastGain * best.error()) {
        break;
      }
    }
    return best.factors();
  }

  /** Every A_l fitted, unless that is worse, as it may be under a ridge. */
  private Solution refit(SharedFactors start) {
    List<Matrix> ups = new ArrayList<>();
    double sum = 0;
    for (int i = 0; i < grams.size(); i++) {
      try (Scope scratch = device.openScope()) {
        Matrix ofBasis = Matrices.product(false, grams.get(i), false, start.down(), scratch);
        Matrix middle = Matrices.product(true, start.down(), false, ofBasis, scratch);
        Matrix target = Matrices.product(true, start.down(), true, images.get(i), scratch);
        Matrix before = start.ups().get(i);
        Matrix up = solve(middle, target, scratch);
        double changed = error(up, middle, target, scratch);
        double unchanged = error(before, middle, target, scratch);
        boolean better = changed <= unchanged;
        ups.add(better ? Matrices.toDouble(up, scope) : before);
        sum += better ? changed : unchanged;
      }
    }
    return new Solution(new SharedFactors(start.down(), ups), energy + sum);
  }

  /** (B C Bᵀ)⁻¹ B C Wᵀ; zeros where B has no output. */
  private Matrix solve(Matrix middle, Matrix target, Scope scratch) {
    Matrix up = Matrices.toDouble(target, scratch);
    CholeskyTransform root = root(middle, scratch);
    if (root == null) {
      device.gradients().clear(up);
      return up;
    }
    device.lapack().solveLower(false, root.l(), up);
    device.lapack().solveLower(true, root.l(), up);
    return up;
  }

  /** A root under a ridge that only keeps rounding from growing; null of zeros. */
  private static CholeskyTransform root(Matrix x, Scope scratch) {
    Matrix damped = Matrices.toDouble(x, scratch);
    double mean = Arrays.stream(Matrices.diagonal(x)).average().orElse(0);
    Matrices.addToDiagonal(damped, ROUNDING * mean);
    return Whitening.damped(damped, scratch);
  }

  /** ‖(W − A B) X‖² − ‖W X‖². */
  private static double error(Matrix up, Matrix middle, Matrix target, Scope scratch) {
    Matrix squares = Matrices.product(false, up, true, up, scratch);
    return Matrices.innerProduct(squares, middle) - 2 * Matrices.innerProduct(up, target);
  }

  /** B, then all A_l. */
  private Solution sweep(SharedFactors now) {
    try (Scope scratch = device.openScope()) {
      List<Matrix> squares = new ArrayList<>();
      Matrix right = Matrices.allocate(scratch, now.down().cols(), now.down().rows());
      device.gradients().clear(right);
      for (int i = 0; i < grams.size(); i++) {
        squares.add(Matrices.product(false, now.ups().get(i), true, now.ups().get(i), scratch));
        device.gradients().gemm(false, false, 1, now.ups().get(i), images.get(i), 1, right);
      }
      CholeskyTransform left = root(sum(squares, scratch), scratch);
      CholeskyTransform inputs = root(sum(grams, scratch), scratch);
      Matrix basis = Matrices.transpose(now.down(), scratch);
      if (left != null && inputs != null) {
        ConjugateGradients.descend(
            basis,
            right,
            (direction, inner) -> apply(direction, squares, inner),
            (rest, inner) -> precondition(rest, left.l(), inputs.l(), inner),
            STEPS);
      }
      return refit(new SharedFactors(Matrices.transpose(basis, scope), now.ups()));
    }
  }

  private static Matrix sum(List<Matrix> all, Scope scratch) {
    Matrix sum = Matrices.toDouble(all.get(0), scratch);
    for (Matrix each : all.subList(1, all.size())) {
      scratch.device().gradients().addScaled(1, each, sum);
    }
    return sum;
  }

  /** Σ A_lᵀ A_l B C_l. */
  private Matrix apply(Matrix basis, List<Matrix> squares, Scope scratch) {
    Matrix sum = Matrices.allocate(scratch, basis.rows(), basis.cols());
    device.gradients().clear(sum);
    for (int i = 0; i < grams.size(); i++) {
      Matrix image = Matrices.product(false, basis, false, grams.get(i), scratch);
      device.gradients().gemm(false, false, 1, squares.get(i), image, 1, sum);
    }
    return sum;
  }

  private Matrix precondition(Matrix rest, Matrix left, Matrix inputs, Scope scratch) {
    Matrix solved = Matrices.toDouble(rest, scratch);
    device.lapack().solveLower(false, left, solved);
    device.lapack().solveLower(true, left, solved);
    Matrix turned = Matrices.transpose(solved, scratch);
    device.lapack().solveLower(false, inputs, turned);
    device.lapack().solveLower(true, inputs, turned);
    device.blas().transpose(turned, solved);
    return solved;
  }
}
