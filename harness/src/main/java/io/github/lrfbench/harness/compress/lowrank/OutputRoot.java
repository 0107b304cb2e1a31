package io.github.lrfbench.harness.compress.lowrank;

import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.Arrays;

/**
 * Roots L of what outputs count by, G = L Lᵀ.
 *
 * @param shrinkage a: (1 − a) G + a g 1 takes the place of G, g being the mean of G's diagonal
 * @param form of the root
 */
public record OutputRoot(double shrinkage, Form form) {
  /** Outputs without gradients are raised to this part of the mean, a root as it is. */
  private static final double LEAST = 1e-8;

  /** How G is used. */
  public enum Form {
    /** L is the lower Cholesky factor, and W is multiplied by Lᵀ from the left. */
    EXACT,
    /** W is multiplied by L itself, which is another objective unless G is diagonal: Lᵀ L is G. */
    LITERAL,
    /** What G has off its diagonal is left out. */
    DIAGONAL
  }

  /**
   * The root of a slot's G.
   *
   * @param gram G, F64 [m, m], not modified
   * @param scope owns the root
   * @throws InputException if G is zero or no number
   */
  public InputTransform of(String slot, Matrix gram, Scope scope) {
    double[] diagonal = Matrices.diagonal(gram);
    double mean = Arrays.stream(diagonal).average().orElse(0);
    if (!Double.isFinite(mean)) {
      throw new InputException("the gradients of the outputs of " + slot + " are no numbers");
    }
    if (!(mean > 0)) {
      throw new InputException(
          "the gradients of the outputs of "
              + slot
              + " are zero: the model's loss on the calibration examples does not depend on them");
    }
    if (form == Form.DIAGONAL) {
      return new DiagonalTransform(
          Arrays.stream(diagonal)
              .map(element -> Math.sqrt(shrunk(Math.max(0, element), mean)))
              .map(scale -> Math.max(scale, LEAST * Math.sqrt(mean)))
              .toArray());
    }
    CholeskyTransform root = root(slot, gram, mean, scope);
    if (form == Form.EXACT) {
      return root;
    }
    Matrix other = Matrices.allocate(scope, gram.rows(), gram.cols());
    scope.device().blas().syrk(true, root.l(), other);
    return required(slot, Whitening.damped(other, scope));
  }

  private double shrunk(double element, double mean) {
    return (1 - shrinkage) * element + shrinkage * mean;
  }

  private CholeskyTransform root(String slot, Matrix gram, double mean, Scope scope) {
    Matrix shrunk = Matrices.toDouble(gram, scope);
    double[] factors = new double[gram.rows()];
    Arrays.fill(factors, 1 - shrinkage);
    scope.device().blas().scaleRows(shrunk, factors);
    Matrices.addToDiagonal(shrunk, shrinkage * mean);
    return required(slot, Whitening.damped(shrunk, scope));
  }

  private static CholeskyTransform required(String slot, CholeskyTransform root) {
    if (root == null) {
      throw new InputException(
          "the second moments of the gradients of " + slot + " have no root: give more shrinkage");
    }
    return root;
  }
}
