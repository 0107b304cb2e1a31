package io.github.lrfbench.kernels.host;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Nn;
import io.github.lrfbench.kernels.ops.Segments;

/**
 * Checks the arguments of {@link Nn}'s operations, which its Javadoc describes.
 *
 * <p>All checks throw {@link IllegalArgumentException} for types, shapes and devices that do not
 * fit, {@link IllegalStateException} for closed scopes and {@link IndexOutOfBoundsException} for
 * indices outside their table.
 */
public final class NnArguments {
  private final Arguments arguments;
  private final Indices indices;

  /** Checks for a device. */
  public NnArguments(Arguments arguments, Indices indices) {
    this.arguments = arguments;
    this.indices = indices;
  }

  /** Checks {@link Nn#linear}. */
  public void linear(Matrix x, boolean transW, Matrix w, Tensor bias, Matrix y) {
    arguments.requireOneType("linear", y, x, w);
    int inputs = transW ? w.cols() : w.rows();
    int outputs = transW ? w.rows() : w.cols();
    arguments.requireShapes(
        inputs == x.cols() && y.rows() == x.rows() && y.cols() == outputs, "linear", x, w, y);
    requireOptional("linear", bias, y);
  }

  /** Checks {@link Nn#lowRank}. */
  public void lowRank(Matrix x, Matrix down, Matrix up, Tensor bias, Matrix y) {
    arguments.requireOneType("lowRank", y, x, down, up);
    boolean chained = x.cols() == down.rows() && down.cols() == up.rows();
    boolean fits = chained && up.cols() == y.cols() && x.rows() == y.rows();
    arguments.requireShapes(fits, "lowRank", x, down, up, y);
    requireOptional("lowRank", bias, y);
  }

  /** Checks {@link Nn#biasActivation}. */
  public void biasActivation(Matrix x, Tensor bias) {
    arguments.requireFloating("biasActivation", x);
    requireOptional("biasActivation", bias, x);
  }

  /** Checks {@link Nn#layerNorm}. */
  public void layerNorm(
      Matrix x, Tensor bias, Matrix residual, Tensor gamma, Tensor beta, Matrix y) {
    Matrix added = residual == null ? x : residual;
    arguments.requireOneType("layerNorm", x, added, y);
    arguments.requireShapes(sameShape(x, added) && sameShape(x, y), "layerNorm", x, added, y);
    requireOptional("layerNorm", bias, x);
    arguments.requireVector("layerNorm", gamma, x.cols(), x.dtype());
    arguments.requireVector("layerNorm", beta, x.cols(), x.dtype());
  }

  /**
   * Checks one table of {@link Nn#embed}.
   *
   * @return the rows of the table to take
   */
  public int[] embed(String name, Tensor index, Matrix table, Matrix y) {
    if (index == null || table == null) {
      throw new IllegalArgumentException("embed: " + name + " indices and table go together");
    }
    arguments.requireOneType("embed", y, table);
    arguments.requireShapes(table.cols() == y.cols(), "embed", table, y);
    return indices.rows(name, index, table, y.rows());
  }

  /**
   * Checks {@link Nn#attention}.
   *
   * @return the segments' offsets
   */
  public int[] attention(Matrix q, Matrix k, Matrix v, Segments segments, int heads, Matrix y) {
    arguments.requireOneType("attention", q, k, v, y);
    arguments.requireShapes(
        sameShape(q, k) && sameShape(q, v) && sameShape(q, y), "attention", q, k, v, y);
    if (heads < 1 || q.cols() % heads != 0) {
      throw new IllegalArgumentException(
          "attention: " + q.cols() + " columns do not divide into " + heads + " heads");
    }
    return indices.offsets(segments, q.rows());
  }

  /**
   * Checks {@link Nn#scaledMaskedSoftmax}.
   *
   * @return the valid columns of every row, or null for all
   */
  public int[] scaledMaskedSoftmax(Matrix x, Tensor valid) {
    arguments.requireFloating("scaledMaskedSoftmax", x);
    return valid == null ? null : indices.vector("scaledMaskedSoftmax", valid, x.rows());
  }

  /**
   * Checks {@link Nn#gatherRows}.
   *
   * @return the rows to take
   */
  public int[] gatherRows(Matrix x, Tensor rows, Matrix y) {
    arguments.requireOneType("gatherRows", x, y);
    arguments.requireShapes(x.cols() == y.cols(), "gatherRows", x, y);
    return indices.rows("row", rows, x, y.rows());
  }

  /**
   * Checks {@link Nn#meanPool}.
   *
   * @return the segments' offsets
   */
  public int[] meanPool(Matrix x, Segments segments, Matrix y) {
    arguments.requireOneType("meanPool", x, y);
    arguments.requireShapes(x.cols() == y.cols() && y.rows() == segments.count(), "meanPool", x, y);
    int[] offsets = indices.offsets(segments, x.rows());
    for (int s = 0; s < y.rows(); s++) {
      if (offsets[s] == offsets[s + 1]) {
        throw new IllegalArgumentException("meanPool: segment " + s + " is empty");
      }
    }
    return offsets;
  }

  private void requireOptional(String operation, Tensor vector, Matrix matrix) {
    if (vector != null) {
      arguments.requireVector(operation, vector, matrix.cols(), matrix.dtype());
    }
  }

  private static boolean sameShape(Matrix a, Matrix b) {
    return a.rows() == b.rows() && a.cols() == b.cols();
  }
}
