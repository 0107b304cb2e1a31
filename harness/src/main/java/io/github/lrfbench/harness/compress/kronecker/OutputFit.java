package io.github.lrfbench.harness.compress.kronecker;

import io.github.lrfbench.harness.compress.lowrank.CholeskyTransform;
import io.github.lrfbench.harness.compress.lowrank.ConjugateGradients;
import io.github.lrfbench.harness.compress.lowrank.Whitening;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.Arrays;

/**
 * Sums of Kronecker products by least squares of the outputs, tr((W − Ŵ) C (W − Ŵ)ᵀ), C being the
 * second moment of the inputs. The A of all terms are fitted at once with the B given, then the B
 * with the A given, in turns, each by a few steps of conjugate gradients from what was before. No
 * step makes it worse.
 *
 * <p>The A of given B solve R(Ŵ C) B = R(W C) B, with R the {@link Rearrangement} and R(Ŵ) = A Bᵀ.
 * What precedes the steps is the solution for a C that is a Kronecker product itself, C1 ⊗ C2.
 */
final class OutputFit {
  /** Steps for each of the factors in a round. */
  private static final int STEPS = 6;

  /** A round that lowers the error by less than this part of it is the last. */
  private static final double LEAST_GAIN = 1e-3;

  /**
   * Relative to the mean of a diagonal: keeps steps from going where inputs or terms have nothing,
   * and numbers from growing there that single precision cannot hold.
   */
  private static final double RIDGE = 1e-6;

  private final KroneckerShape shape;
  private final Matrix gram;

  /** R(W C), [m1 n1, m2 n2]. */
  private final Matrix image;

  /** ‖W X‖². */
  private final double energy;

  private final Side ofA;
  private final Side ofB;

  /**
   * What belongs to one of the factors.
   *
   * @param isA whether it is A, and not B
   * @param inputs its inputs
   * @param moment C1 or C2, the sum over the other factor's inputs: F64 [inputs, inputs]
   * @param root of the moment, or null of zeros
   */
  private record Side(boolean isA, int inputs, Matrix moment, CholeskyTransform root) {}

  /**
   * Of a matrix and its inputs.
   *
   * @param w W, F64 [m, n], not modified
   * @param gram C, F64 [n, n], not modified
   * @param scope owns what a fit needs
   */
  OutputFit(Matrix w, Matrix gram, KroneckerShape shape, Scope scope) {
    this.shape = shape;
    this.gram = gram;
    Matrix product = Matrices.product(false, w, false, gram, scope);
    energy = Matrices.innerProduct(product, w);
    image = Rearrangement.of(product, shape, scope);
    int n1 = shape.n1();
    int n2 = shape.n2();
    try (Scope scratch = scope.device().openScope()) {
      Matrix grams = Rearrangement.of(gram, n1, n2, n1, n2, scratch);
      ofA = side(true, n1, Matrices.product(false, grams, false, one(n2, scratch), scope), scope);
      ofB = side(false, n2, Matrices.product(true, grams, false, one(n1, scratch), scope), scope);
    }
  }

  private static Side side(boolean isA, int inputs, Matrix sums, Scope scope) {
    Matrix moment = sums.reshape(inputs, inputs);
    return new Side(isA, inputs, moment, root(moment, scope));
  }

  /** The unit matrix as a column. */
  private static Matrix one(int n, Scope scratch) {
    double[] one = new double[n * n];
    for (int i = 0; i < n; i++) {
      one[i * n + i] = 1;
    }
    return Matrix.of(scratch.doubles(one, n * n, 1));
  }

  /** A root under a ridge; null of zeros. */
  private static CholeskyTransform root(Matrix x, Scope scope) {
    try (Scope scratch = scope.device().openScope()) {
      Matrix damped = Matrices.toDouble(x, scratch);
      double mean = Arrays.stream(Matrices.diagonal(x)).average().orElse(0);
      Matrices.addToDiagonal(damped, RIDGE * mean);
      return Whitening.damped(damped, scope);
    }
  }

  /**
   * Better factors, or the given ones where there are none.
   *
   * @param start F64
   * @param sweeps how often both are fitted at most
   * @param scope owns the result
   */
  KroneckerFactors improve(KroneckerFactors start, int sweeps, Scope scope) {
    Matrix a = Matrices.toDouble(start.a(), scope);
    Matrix b = Matrices.toDouble(start.b(), scope);
    double error = Double.POSITIVE_INFINITY;
    for (int sweep = 0; sweep < sweeps; sweep++) {
      fit(ofA, a, ofB, b);
      double next = fit(ofB, b, ofA, a);
      if (!(next < (1 - LEAST_GAIN) * error)) {
        break;
      }
      error = next;
    }
    return new KroneckerFactors(a, b);
  }

  /**
   * Fits one of the factors.
   *
   * @param factor modified
   * @return ‖(W − Ŵ) X‖²
   */
  private double fit(Side side, Matrix factor, Side other, Matrix given) {
    try (Scope scratch = factor.device().openScope()) {
      Matrix target = Matrices.product(!side.isA(), image, false, given, scratch);
      Matrix rest = Matrices.toDouble(target, scratch);
      Matrix weighted = alongInputs(given, other, false, scratch);
      CholeskyTransform terms =
          root(Matrices.product(true, given, false, weighted, scratch), scratch);
      if (terms != null && side.root() != null) {
        ConjugateGradients.descend(
            factor,
            rest,
            (x, scope) -> apply(side, x, given, scope),
            (x, scope) -> precondition(side, x, terms, scope),
            STEPS);
      }
      return energy - Matrices.innerProduct(target, factor) - Matrices.innerProduct(rest, factor);
    }
  }

  /** R(Ŵ C) B, or its transpose times A. */
  private Matrix apply(Side side, Matrix x, Matrix given, Scope scope) {
    try (Scope scratch = scope.device().openScope()) {
      Matrix sum =
          Matrices.product(false, side.isA() ? x : given, true, side.isA() ? given : x, scratch);
      Matrix w = Rearrangement.of(sum, shape.m1(), shape.n1(), shape.m2(), shape.n2(), scratch);
      Matrix product = Matrices.product(false, w, false, gram, scratch);
      Matrix rearranged = Rearrangement.of(product, shape, scratch);
      return Matrices.product(!side.isA(), rearranged, false, given, scope);
    }
  }

  /** The solution of given terms for a C that is a Kronecker product. */
  private static Matrix precondition(Side side, Matrix x, CholeskyTransform terms, Scope scope) {
    try (Scope scratch = scope.device().openScope()) {
      Matrix rows = Matrices.transpose(x, scratch);
      solve(terms, rows);
      return alongInputs(Matrices.transpose(rows, scratch), side, true, scope);
    }
  }

  /** C1 or C2 times the inputs of all terms of a factor, or its inverse times them. */
  private static Matrix alongInputs(Matrix factor, Side side, boolean inverse, Scope scope) {
    int inputs = side.inputs();
    int outputs = factor.rows() / inputs;
    int terms = factor.cols();
    try (Scope scratch = scope.device().openScope()) {
      Matrix byInput =
          Matrices.transpose(factor.reshape(outputs, inputs * terms), scratch)
              .reshape(inputs, terms * outputs);
      if (inverse) {
        solve(side.root(), byInput);
      } else {
        byInput = Matrices.product(false, side.moment(), false, byInput, scratch);
      }
      return Matrices.transpose(byInput.reshape(inputs * terms, outputs), scope)
          .reshape(outputs * inputs, terms);
    }
  }

  private static void solve(CholeskyTransform root, Matrix columns) {
    columns.device().lapack().solveLower(false, root.l(), columns);
    columns.device().lapack().solveLower(true, root.l(), columns);
  }
}
