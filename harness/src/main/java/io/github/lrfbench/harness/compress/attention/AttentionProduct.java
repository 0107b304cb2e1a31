package io.github.lrfbench.harness.compress.attention;

import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.harness.compress.lowrank.CholeskyTransform;
import io.github.lrfbench.harness.compress.lowrank.Whitening;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The inner products of queries and keys of the heads of one attention, in fewer dimensions (Chen
 * et al. 2021). Of a head with queries Q y and keys K x the matrix M of a rank that makes (Q y)ᵀ M
 * K x closest to (Q y)ᵀ K x, over all pairs of calibration tokens, is L⁻ᵀ [Lᵀ R]ₖ R⁻¹ with L Lᵀ and
 * R Rᵀ the second moments of queries and keys; half of it goes to the queries and half to the keys.
 * A key's bias adds the same to all scores of a query, which the softmax does not see: it counts
 * for nothing and is left out.
 */
final class AttentionProduct {
  /**
   * A head.
   *
   * @param query √S Uᵀ L⁻¹, F64 [D, D]: of a rank the first rows are applied to queries
   * @param key √S Vᵀ R⁻¹, F64 [D, D]: the same of keys
   * @param values S, the singular values of the scores, in descending order
   */
  private record Head(Matrix query, Matrix key, double[] values) {}

  private final Matrix wq;
  private final Matrix wk;
  private final double[] queryBias;
  private final List<Head> heads = new ArrayList<>();
  private final double ridge;

  /**
   * Decomposes.
   *
   * @param wq the queries' matrix, F64 [N · D, n]
   * @param wk the keys' matrix, F64 [N · D, n]
   * @param queryBias [N · D]
   * @param moments of the input of both
   * @param count N
   * @param scope owns the decompositions
   * @throws InputException if queries or keys are always zero, or no numbers
   */
  AttentionProduct(
      Matrix wq, Matrix wk, double[] queryBias, Moments moments, int count, Scope scope) {
    this.wq = wq;
    this.wk = wk;
    this.queryBias = queryBias;
    double largest = 0;
    try (Scope scratch = scope.device().openScope()) {
      int size = wq.rows() / count;
      for (int head = 0; head < count; head++) {
        double[] bias = Arrays.copyOfRange(queryBias, head * size, (head + 1) * size);
        CholeskyTransform left = root(rows(wq, head, size), bias, moments, scratch);
        CholeskyTransform right = root(rows(wk, head, size), new double[size], moments, scratch);
        heads.add(head(left.l(), right.l(), scope));
        largest = Math.max(largest, Math.max(left.ridge(), right.ridge()));
      }
    }
    this.ridge = largest;
  }

  private static Matrix rows(Matrix w, int head, int size) {
    return w.rows(head * size, (head + 1) * size);
  }

  /** L of W x + b. */
  private static CholeskyTransform root(Matrix w, double[] bias, Moments moments, Scope scratch) {
    Matrix gram =
        Matrices.product(
            false, Matrices.product(false, w, false, moments.gram(), scratch), true, w, scratch);
    Matrix mean = Matrix.of(scratch.doubles(moments.mean(), moments.mean().length, 1));
    Matrix sum = Matrices.product(false, w, false, mean, scratch);
    Matrix b = Matrix.of(scratch.doubles(bias, bias.length, 1));
    double p = moments.tokens();
    scratch.device().blas().gemm(false, true, p, sum, b, 1, gram);
    scratch.device().blas().gemm(false, true, p, b, sum, 1, gram);
    scratch.device().blas().gemm(false, true, p, b, b, 1, gram);
    CholeskyTransform root = Whitening.damped(gram, scratch);
    if (root == null) {
      throw new InputException(
          "a head's queries or keys are always zero, or no numbers: drone:attention=joint has"
              + " nothing to go by");
    }
    return root;
  }

  private static Head head(Matrix left, Matrix right, Scope scope) {
    int size = left.rows();
    try (Scope scratch = scope.device().openScope()) {
      Matrix scores = Matrices.product(true, left, false, right, scratch);
      Tensor values = scratch.allocate(DType.F64, size);
      Matrix u = Matrices.allocate(scratch, size, size);
      Matrix vt = Matrices.allocate(scratch, size, size);
      scope.device().lapack().svd(scores, values, u, vt);
      double[] roots = Arrays.stream(values.toDoubles()).map(Math::sqrt).toArray();
      Matrix v = Matrices.transpose(vt, scratch);
      scope.device().blas().scaleColumns(u, roots);
      scope.device().blas().scaleColumns(v, roots);
      scope.device().lapack().solveLower(true, left, u);
      scope.device().lapack().solveLower(true, right, v);
      return new Head(
          Matrices.transpose(u, scope), Matrices.transpose(v, scope), values.toDoubles());
    }
  }

  /** The ridge that second moments needed, relative to the mean of their diagonal. */
  double ridge() {
    return ridge;
  }

  /** ‖scores‖² over all heads and all pairs of tokens. */
  double energy() {
    return droppedEnergy(0);
  }

  /** What a rank leaves of it: the squared error of the scores. */
  double droppedEnergy(int rank) {
    return heads.stream()
        .flatMapToDouble(head -> Arrays.stream(head.values()).skip(rank))
        .map(value -> value * value)
        .sum();
  }

  /** The rows that take the place of the queries' matrix, F64 [N · rank, n]. */
  Matrix queries(int rank, Scope scope) {
    Matrix rows = Matrices.allocate(scope, heads.size() * rank, wq.cols());
    for (int i = 0; i < heads.size(); i++) {
      multiply(heads.get(i).query(), wq, i, rank, rows);
    }
    return rows;
  }

  /** The rows that take the place of the keys' matrix, F64 [N · rank, n]. */
  Matrix keys(int rank, Scope scope) {
    Matrix rows = Matrices.allocate(scope, heads.size() * rank, wk.cols());
    for (int i = 0; i < heads.size(); i++) {
      multiply(heads.get(i).key(), wk, i, rank, rows);
    }
    return rows;
  }

  private void multiply(Matrix transform, Matrix w, int head, int rank, Matrix target) {
    int size = w.rows() / heads.size();
    w.device()
        .blas()
        .gemm(
            false,
            false,
            1,
            transform.rows(0, rank),
            rows(w, head, size),
            0,
            target.rows(head * rank, (head + 1) * rank));
  }

  /** The bias that takes the place of the queries', [N · D]: of every head the first elements. */
  double[] queryBias(int rank) {
    double[] narrow = new double[queryBias.length];
    int size = queryBias.length / heads.size();
    for (int i = 0; i < heads.size(); i++) {
      double[] transform = heads.get(i).query().data().toDoubles();
      for (int row = 0; row < rank; row++) {
        for (int j = 0; j < size; j++) {
          narrow[i * size + row] += transform[row * size + j] * queryBias[i * size + j];
        }
      }
    }
    return narrow;
  }
}
