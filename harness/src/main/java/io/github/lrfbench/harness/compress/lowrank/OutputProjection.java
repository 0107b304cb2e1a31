package io.github.lrfbench.harness.compress.lowrank;

import io.github.lrfbench.harness.compress.lowrank.DecompositionRequest.Target;
import io.github.lrfbench.harness.compress.spi.Diagnostics;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.compress.spi.SlotMatrix;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import io.github.lrfbench.kernels.svd.Spectrum;
import io.github.lrfbench.kernels.svd.SvdAlgorithm;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Ŵ = U Uᵀ W, U being the largest eigenvectors of W K Wᵀ: the matrix of a rank whose outputs are
 * closest to those of W where inputs have the second moments K. No inverse and no root of K is
 * formed, and K may be singular. Of W of [m, n], m &gt; n, the n-sized problem R K Rᵀ with W = Q R
 * is solved.
 *
 * <p>Where outputs count by a metric L Lᵀ of their own, Lᵀ W takes the place of W and L⁻ᵀ U that of
 * U: the oblique projection L⁻ᵀ U Uᵀ Lᵀ W.
 *
 * @param up Uᵀ, F64 [k, m], rows of length one, which are orthogonal where outputs count alike
 * @param right Uᵀ W, F64 [k, n], the rows as long as those of U were
 * @param spectrum the roots of the eigenvalues
 * @param condition of L; NaN for none
 * @param ridge in L
 * @param note on L
 */
public record OutputProjection(
    Matrix up, Matrix right, Spectrum spectrum, double condition, double ridge, String note)
    implements LowRankFactorization {

  /** A matrix on its way. */
  private record Problem(
      Target target,
      OutputMetric metric,
      InputTransform root,
      Matrix q,
      Matrix r,
      Matrix gram,
      double trace) {
    int count() {
      return target.wholeSpectrum() ? target.size() : Math.min(target.rank(), target.size());
    }
  }

  /**
   * Decomposes matrices.
   *
   * @param metric K of a slot
   */
  public static List<LowRankFactorization> decompose(
      DecompositionRequest request, Function<LinearSlot, OutputMetric> metric) {
    return decompose(request, metric, (slot, scratch) -> null);
  }

  /**
   * Decomposes matrices, the outputs of each being weighted.
   *
   * @param metric K of a slot
   * @param roots L of a slot, by which Wᵀ is multiplied; null for 1. What it allocates belongs to
   *     the given scope
   */
  public static List<LowRankFactorization> decompose(
      DecompositionRequest request,
      Function<LinearSlot, OutputMetric> metric,
      BiFunction<LinearSlot, Scope, InputTransform> roots) {
    List<LowRankFactorization> all = new ArrayList<>();
    for (List<Target> chunk : request.chunks()) {
      try (Scope scratch = request.device().openScope()) {
        List<Problem> problems =
            chunk.stream()
                .map(
                    target ->
                        problem(
                            target,
                            metric.apply(target.slot()),
                            roots.apply(target.slot(), scratch),
                            scratch))
                .toList();
        List<Tensor> values = new ArrayList<>();
        List<Matrix> vectors = new ArrayList<>();
        for (Problem problem : problems) {
          values.add(scratch.allocate(DType.F64, problem.count()));
          vectors.add(Matrices.allocate(scratch, problem.count(), problem.gram().rows()));
        }
        request
            .device()
            .forEach(
                problems.size(),
                i ->
                    request
                        .device()
                        .lapack()
                        .largestEigenpairs(
                            problems.get(i).gram(),
                            problems.get(i).count(),
                            values.get(i),
                            vectors.get(i)));
        for (int i = 0; i < problems.size(); i++) {
          all.add(
              solved(problems.get(i), values.get(i).toDoubles(), vectors.get(i), request.scope()));
        }
      }
    }
    return all;
  }

  private static Problem problem(
      Target target, OutputMetric metric, InputTransform root, Scope scratch) {
    Matrix w = Matrices.toDouble(SlotMatrix.of(target.slot(), scratch), scratch);
    if (root != null) {
      w = Matrices.transpose(root.multiply(Matrices.transpose(w, scratch), scratch), scratch);
    }
    Matrix q = null;
    Matrix r = w;
    if (w.rows() > w.cols()) {
      q = Matrices.toDouble(w, scratch);
      scratch.device().lapack().orthonormalize(q);
      r = Matrices.product(true, q, false, w, scratch);
    }
    Matrix gram = metric.gram(r, scratch);
    return new Problem(
        target, metric, root, q, r, gram, Arrays.stream(Matrices.diagonal(gram)).sum());
  }

  private static LowRankFactorization solved(
      Problem problem, double[] eigenvalues, Matrix vectors, Scope scope) {
    try (Scope scratch = scope.device().openScope()) {
      Matrix kept = vectors.rows(0, Math.min(problem.target().rank(), problem.count()));
      Matrix up =
          problem.q() == null
              ? Matrices.toDouble(kept, scope)
              : Matrices.product(false, kept, true, problem.q(), scope);
      Matrix rows = Matrices.product(false, kept, false, problem.r(), scratch);
      Matrix right = Matrices.toDouble(problem.metric().shrink(rows, scratch), scope);
      double[] values =
          Arrays.stream(eigenvalues).map(value -> Math.sqrt(Math.max(0, value))).toArray();
      double norm = Math.sqrt(Math.max(0, problem.trace()));
      Spectrum spectrum = new Spectrum(values, problem.target().size(), norm, true);
      InputTransform root = problem.root();
      if (root == null) {
        return new OutputProjection(up, right, spectrum, Double.NaN, 0, "");
      }
      root.divide(up);
      balance(up, right);
      return new OutputProjection(up, right, spectrum, root.condition(), root.ridge(), note(root));
    }
  }

  private static String note(InputTransform root) {
    return root.ridge() == 0
        ? ""
        : "what outputs count by is singular: relative ridge " + root.ridge();
  }

  /** Columns of L⁻ᵀ U are as long as gradients are small: what is stored shall be of usual size. */
  private static void balance(Matrix up, Matrix right) {
    double[] norms = up.device().blas().rowSquaredNorms(up);
    double[] lengths = Arrays.stream(norms).map(Math::sqrt).toArray();
    up.device()
        .blas()
        .scaleRows(up, Arrays.stream(lengths).map(length -> length > 0 ? 1 / length : 1).toArray());
    up.device()
        .blas()
        .scaleRows(right, Arrays.stream(lengths).map(length -> length > 0 ? length : 1).toArray());
  }

  /** The projection of some rows of W, where it stacks several matrices. */
  public OutputProjection rows(int from, int to) {
    return new OutputProjection(up.columns(from, to), right, spectrum, condition, ridge, note);
  }

  @Override
  public int rows() {
    return up.cols();
  }

  @Override
  public int cols() {
    return right.cols();
  }

  @Override
  public int rank() {
    return up.rows();
  }

  @Override
  public Cut cut(int rank, Scope scope) {
    LowRankFactors factors =
        new LowRankFactors(
            Matrices.transpose(right.rows(0, rank), scope),
            Matrices.toDouble(up.rows(0, rank), scope));
    return new Cut(
        factors,
        new Diagnostics(SvdAlgorithm.GRAM.label(), spectrum.tail(rank), condition, ridge, note));
  }
}
