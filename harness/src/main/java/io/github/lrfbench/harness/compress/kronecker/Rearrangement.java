package io.github.lrfbench.harness.compress.kronecker;

import io.github.lrfbench.harness.linear.KroneckerLinear;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.svd.SvdAlgorithm;
import io.github.lrfbench.kernels.svd.SvdFactors;
import io.github.lrfbench.kernels.svd.SvdOptions;
import io.github.lrfbench.kernels.svd.TruncatedSvd;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ObjIntConsumer;

/**
 * The rearranged matrix [m1 n1, m2 n2] of W, element (i1 n1 + j1, i2 n2 + j2) being W[i1 m2 + i2,
 * j1 n2 + j2] (Van Loan and Pitsianis 1993). It only moves elements, and a Kronecker product is one
 * of rank 1, so that its singular value decomposition gives the nearest sum of R of them.
 */
final class Rearrangement {
  private Rearrangement() {}

  /**
   * The rearranged matrix.
   *
   * @param w [m, n] without gaps, not modified
   * @param scope owns what is new
   * @return not to be modified: where nothing moves, the elements of w
   */
  static Matrix of(Matrix w, KroneckerShape shape, Scope scope) {
    return of(w, shape.m1(), shape.m2(), shape.n1(), shape.n2(), scope);
  }

  /** The same of a matrix of [m1 m2, n1 n2]; with m2 and n1 exchanged it is its own inverse. */
  static Matrix of(Matrix w, int m1, int m2, int n1, int n2, Scope scope) {
    // [m1, m2, n1, n2] to [m1, n1, n2, m2] to [m1, n1, m2, n2].
    Matrix turned = swapped(w.reshape(m1, m2 * n1 * n2), m2, n1 * n2, scope);
    return swapped(turned.reshape(m1 * n1, n2 * m2), n2, m2, scope);
  }

  private static Matrix swapped(Matrix x, int first, int second, Scope scope) {
    if (first == 1 || second == 1) {
      return x;
    }
    Matrix y = Matrix.of(scope.allocate(x.dtype(), x.rows(), x.cols()));
    scope.device().nn().swapAxes(x, first, second, y);
    return y;
  }

  /**
   * The largest singular values of the rearranged matrix, and their vectors.
   *
   * @param w [m, n] without gaps, not modified
   */
  static SvdFactors decompose(Matrix w, KroneckerShape shape, Scope scope) {
    try (Scope scratch = scope.device().openScope()) {
      return new TruncatedSvd(scope.device(), SvdOptions.of(SvdAlgorithm.GRAM))
          .factor(scope, of(w, shape, scratch), shape.terms());
    }
  }

  /**
   * The same for many sizes, of which those that differ in their terms alone take one
   * decomposition.
   *
   * @param use is given the number of a shape, and at least as many terms as it has
   */
  static void decomposeAll(Matrix w, List<KroneckerShape> shapes, ObjIntConsumer<SvdFactors> use) {
    Map<KroneckerShape, List<Integer>> bySize = new LinkedHashMap<>();
    for (int i = 0; i < shapes.size(); i++) {
      bySize.computeIfAbsent(shapes.get(i).withTerms(1), size -> new ArrayList<>()).add(i);
    }
    bySize.forEach(
        (size, members) -> {
          int most = members.stream().mapToInt(i -> shapes.get(i).terms()).max().orElseThrow();
          try (Scope own = w.device().openScope()) {
            SvdFactors factors = decompose(w, size.withTerms(most), own);
            members.forEach(i -> use.accept(factors, i));
          }
        });
  }

  /**
   * A sum of Kronecker products.
   *
   * @param a [m1 n1, R], of which column k is Aₖ row by row
   * @param b [m2 n2, R], of which column k is Bₖ row by row
   */
  static KroneckerLinear sum(Matrix a, Matrix b, KroneckerShape shape, Scope scope) {
    return new KroneckerLinear(byInput(a, shape.n1(), scope), byInput(b, shape.n2(), scope), null);
  }

  /** Factors of [m, n], one in each column row by row, as [n, R, m]. */
  private static Tensor byInput(Matrix vectors, int n, Scope scope) {
    int terms = vectors.cols();
    int m = vectors.rows() / n;
    Tensor turned = scope.allocate(vectors.dtype(), n, terms, m);
    scope
        .device()
        .blas()
        .transpose(vectors.reshape(m, n * terms), Matrix.of(turned).reshape(n * terms, m));
    return turned;
  }
}
