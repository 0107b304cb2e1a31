package io.github.lrfbench.harness.compress.columns;

import io.github.lrfbench.harness.compress.lowrank.LowRankFactorization.Cut;
import io.github.lrfbench.harness.compress.spi.Diagnostics;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import java.util.Arrays;
import java.util.Locale;

/**
 * The interpolative decomposition: vectors J of a matrix, and the coefficients T by which they come
 * closest to all of them. With an orthonormal basis Q of the chosen and R = Qᵀ X of all vectors, T
 * = R[:, J]⁻¹ R. The vectors are columns, W ≈ W[:, J] T, or rows, W ≈ T W[J, :].
 */
final class Interpolation implements ChosenFactors {
  private final boolean byColumns;
  private final Matrix kept;
  private final Matrix products;
  private final Matrix root;
  private final LowRankFactors nested;

  private Interpolation(
      boolean byColumns, Matrix kept, Matrix products, Matrix root, LowRankFactors nested) {
    this.byColumns = byColumns;
    this.kept = kept;
    this.products = products;
    this.root = root;
    this.nested = nested;
  }

  /** By columns, in the order in which pivoted QR takes those of A. */
  static Interpolation byColumns(Weighing matrix, int most, Scope scope) {
    Matrix vectors = Matrices.transpose(matrix.w(), scope);
    GramSchmidt basis = new GramSchmidt(vectors, most, scope);
    int[] order;
    if (matrix.isWeighted()) {
      // Whatever inputs count, W[:, J] is fitted to W by the same coefficients.
      try (Scope scratch = scope.device().openScope()) {
        order = Choice.longest(Matrices.transpose(matrix.a(), scratch), most).of(most);
      }
      basis.take(order);
    } else {
      order = basis.takeLargest(most);
    }
    LowRankFactors nested =
        new LowRankFactors(Matrices.transpose(basis.products(), scope), basis.basis());
    return new Interpolation(
        true, rows(vectors, order, scope), basis.products(), root(basis, order, scope), nested);
  }

  /** By rows, in the order in which pivoted QR takes those of A. */
  static Interpolation byRows(Weighing matrix, int most, Scope scope) {
    GramSchmidt basis = new GramSchmidt(matrix.a(), most, scope);
    int[] order = basis.takeLargest(most);
    Matrix root = root(basis, order, scope);
    Matrix kept = rows(matrix.w(), order, scope);
    try (Scope scratch = scope.device().openScope()) {
      Matrix down = Matrices.toDouble(kept, scratch);
      scope.device().lapack().solveLower(false, root, down);
      LowRankFactors nested = new LowRankFactors(Matrices.transpose(down, scope), basis.products());
      return new Interpolation(false, kept, basis.products(), root, nested);
    }
  }

  /** Rows of a matrix, in an order. */
  static Matrix rows(Matrix x, int[] order, Scope scope) {
    Matrix rows = Matrices.allocate(scope, order.length, x.cols());
    x.device().nn().gatherRows(x, scope.ints(order, order.length), rows);
    return rows;
  }

  /** R[:, J]ᵀ, lower triangular; with ones for vectors that those before them span. */
  private static Matrix root(GramSchmidt basis, int[] order, Scope scope) {
    int count = order.length;
    Matrix columns = Matrices.allocate(scope, count, count);
    basis
        .products()
        .device()
        .nn()
        .gatherColumns(basis.products(), scope.ints(order, count), columns);
    double[] elements = columns.data().toDoubles();
    double[] lower = new double[elements.length];
    for (int i = 0; i < count; i++) {
      for (int j = 0; j <= i; j++) {
        lower[i * count + j] = elements[j * count + i];
      }
      if (lower[i * count + i] == 0) {
        lower[i * count + i] = 1;
      }
    }
    return Matrix.of(scope.doubles(lower, count, count));
  }

  @Override
  public Cut cut(int rank, Scope scope) {
    Matrix coefficients = Matrices.toDouble(products.rows(0, rank), scope);
    Matrix lower = root.rows(0, rank).columns(0, rank);
    scope.device().lapack().solveLower(true, lower, coefficients);
    Matrix own = Matrices.toDouble(kept.rows(0, rank), scope);
    LowRankFactors factors =
        byColumns
            ? new LowRankFactors(Matrices.transpose(coefficients, scope), own)
            : new LowRankFactors(Matrices.transpose(own, scope), coefficients);
    double largest = 0;
    for (double element : coefficients.data().toDoubles()) {
      largest = Math.max(largest, Math.abs(element));
    }
    double[] pivots = Matrices.diagonal(lower);
    double condition =
        Arrays.stream(pivots).map(Math::abs).max().orElse(1)
            / Arrays.stream(pivots).map(Math::abs).min().orElse(1);
    String note =
        String.format(Locale.ROOT, "%s, max|T| %.4g", byColumns ? "columns" : "rows", largest);
    return new Cut(factors, new Diagnostics("pivoted QR", Double.NaN, condition, 0, note));
  }

  @Override
  public LowRankFactors nested() {
    return nested;
  }
}
