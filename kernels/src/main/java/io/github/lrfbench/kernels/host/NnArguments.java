package io.github.lrfbench.kernels.host;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.CodePacking;
import io.github.lrfbench.kernels.ops.Mask;
import io.github.lrfbench.kernels.ops.Nn;
import io.github.lrfbench.kernels.ops.Segments;
import java.util.Objects;

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

  /** Checks {@link Nn#addLayerNorm}. */
  public void addLayerNorm(
      Matrix x, Matrix residual, Tensor gamma, Tensor beta, Matrix sum, Matrix y) {
    layerNorm(x, null, residual, gamma, beta, y);
    arguments.requireOneType("addLayerNorm", x, sum);
    arguments.requireShapes(sameShape(x, sum), "addLayerNorm", x, sum);
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
    requireHeads("attention", q, heads);
    return indices.offsets(segments, q.rows());
  }

  /**
   * The indices of {@link Nn#cachedAttention}.
   *
   * @param rows row of the cache of each token, a sequence's C after another's
   * @param lengths tokens of each sequence
   */
  public record CacheIndices(int[] rows, int[] lengths) {}

  /** Checks {@link Nn#cachedAttention}. */
  public CacheIndices cachedAttention(
      Matrix q, Matrix keys, Matrix values, Tensor rows, Tensor lengths, int heads, Matrix y) {
    String operation = "cachedAttention";
    arguments.requireOneType(operation, q, keys, values, y);
    arguments.requireShapes(
        sameShape(q, y) && sameShape(keys, values) && q.cols() == keys.cols(),
        operation,
        q,
        keys,
        values,
        y);
    requireHeads(operation, q, heads);
    int[] counts = indices.vector("lengths", lengths, q.rows());
    long tableSize = rows.shape().size();
    if (rows.shape().rank() != 2 || rows.shape().dim(0) != q.rows()) {
      throw new IllegalArgumentException(
          operation + " of " + q.rows() + " queries wants a table of so many rows");
    }
    int[] table = indices.vector("rows", rows, Math.toIntExact(tableSize));
    int capacity = Math.toIntExact(rows.shape().dim(1));
    for (int s = 0; s < counts.length; s++) {
      Objects.checkIndex(counts[s] - 1, capacity);
      for (int t = 0; t < counts[s]; t++) {
        Objects.checkIndex(table[s * capacity + t], keys.rows());
      }
    }
    return new CacheIndices(table, counts);
  }

  private static void requireHeads(String operation, Matrix q, int heads) {
    if (heads < 1 || q.cols() % heads != 0) {
      throw new IllegalArgumentException(
          operation + ": " + q.cols() + " columns do not divide into " + heads + " heads");
    }
  }

  /**
   * Checks {@link Nn#crossEntropy}.
   *
   * @return the targets
   */
  public int[] crossEntropy(Matrix x, Tensor targets, Tensor losses) {
    arguments.requireFloating("crossEntropy", x);
    arguments.requireVector("crossEntropy", losses, x.rows(), x.dtype());
    return indices.targets(targets, x);
  }

  /**
   * Checks {@link Nn#scatterRows}.
   *
   * @return the rows to write
   */
  public int[] scatterRows(Matrix x, Tensor rows, Matrix y) {
    arguments.requireOneType("scatterRows", x, y);
    arguments.requireShapes(x.cols() == y.cols(), "scatterRows", x, y);
    return indices.rows("row", rows, y, x.rows());
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
   * Checks {@link Nn#gatherColumns}.
   *
   * @return the columns to take, -1 for none
   */
  public int[] gatherColumns(Matrix x, Tensor columns, Matrix y) {
    arguments.requireOneType("gatherColumns", x, y);
    arguments.requireShapes(x.rows() == y.rows(), "gatherColumns", x, y);
    return indices.columns(columns, x, y.cols());
  }

  /** Checks {@link Nn#add}. */
  public void add(Matrix x, Matrix y) {
    arguments.requireOneType("add", x, y);
    arguments.requireShapes(sameShape(x, y), "add", x, y);
  }

  /** Checks {@link Nn#spread}. */
  public void spread(Matrix x, int parts, Matrix y) {
    arguments.requireOneType("spread", x, y);
    if (parts < 1 || x.cols() % parts != 0 || y.cols() % parts != 0) {
      throw new IllegalArgumentException(
          "spread: "
              + x.cols()
              + " and "
              + y.cols()
              + " columns do not divide into "
              + parts
              + " parts");
    }
    arguments.requireShapes(x.rows() == y.rows() && x.cols() <= y.cols(), "spread", x, y);
  }

  /** Checks {@link Nn#swapAxes}. */
  public void swapAxes(Matrix x, int first, int second, Matrix y) {
    arguments.requireOneType("swapAxes", x, y);
    if (first < 0 || second < 0 || (long) first * second != x.cols()) {
      throw new IllegalArgumentException(
          "swapAxes: " + x.cols() + " columns are not " + first + " x " + second);
    }
    arguments.requireShapes(sameShape(x, y), "swapAxes", x, y);
  }

  /** Checks {@link Nn#khatriRao}. */
  public void khatriRao(Matrix a, Matrix b, Matrix y) {
    arguments.requireOneType("khatriRao", a, b, y);
    boolean fits =
        a.cols() == b.cols() && b.cols() == y.cols() && (long) a.rows() * b.rows() == y.rows();
    arguments.requireShapes(fits, "khatriRao", a, b, y);
  }

  /** Checks {@link Nn#dequantize}. */
  public void dequantize(Matrix codes, int bits, Tensor scales, Tensor zeros, int group, Matrix y) {
    arguments.requireFloating("dequantize", y);
    dequantize(codes, bits, scales, zeros, group, y.rows(), y.cols());
  }

  /** Checks {@link Nn#codedLinear}. */
  public void codedLinear(
      Matrix x,
      Matrix codes,
      int bits,
      Tensor scales,
      Tensor zeros,
      int group,
      Tensor bias,
      Matrix y) {
    arguments.requireOneType("codedLinear", y, x);
    arguments.requireShapes(x.rows() == y.rows(), "codedLinear", x, y);
    dequantize(codes, bits, scales, zeros, group, y.cols(), x.cols());
    requireOptional("codedLinear", bias, y);
  }

  private void dequantize(
      Matrix codes, int bits, Tensor scales, Tensor zeros, int group, int rows, int cols) {
    arguments.requireCodes(codes.data());
    if (group < 1) {
      throw new IllegalArgumentException("dequantize in groups of " + group);
    }
    if (bits < 1 || bits > Byte.SIZE || bits == Byte.SIZE != (codes.dtype() == DType.I8)) {
      throw new IllegalArgumentException(
          "dequantize codes of " + bits + " bits in " + codes.dtype());
    }
    int bytes = CodePacking.width(cols, bits);
    if (codes.rows() != rows || codes.cols() != bytes) {
      throw new IllegalArgumentException(
          "codes of " + codes.rows() + " x " + codes.cols() + " bytes for " + rows + " x " + cols);
    }
    long groups = (cols - 1L + group) / group;
    boolean single = groups == 1 && scales.shape().size() == 1;
    long constants = single ? 1 : rows * groups;
    arguments.requireVector("dequantize", scales, constants, DType.F32);
    if (zeros != null) {
      arguments.requireVector("dequantize", zeros, constants, DType.F32);
    }
  }

  /** Checks {@link Nn#palette}. */
  public void palette(Matrix codes, int bits, Tensor tables, int rows, Matrix y) {
    arguments.requireFloating("palette", y);
    arguments.requireCodes(codes.data());
    if (rows < 1) {
      throw new IllegalArgumentException("palettes for " + rows + " rows");
    }
    if (bits < 1 || bits > Byte.SIZE || codes.dtype() != DType.U8) {
      throw new IllegalArgumentException("palette codes of " + bits + " bits in " + codes.dtype());
    }
    int bytes = CodePacking.width(y.cols(), bits);
    arguments.requireShapes(codes.rows() == y.rows() && codes.cols() == bytes, "palette", codes, y);
    long groups = (y.rows() - 1L + rows) / rows;
    arguments.requireVector("palette", tables, groups << bits, DType.F32);
  }

  /** Checks {@link Nn#int8Linear}. */
  public void int8Linear(
      Matrix x, Matrix codes, Tensor scales, float threshold, Tensor bias, Matrix y) {
    arguments.requireOneType("int8Linear", y, x);
    arguments.requireCodes(codes.data());
    if (y.dtype() == DType.F64 || codes.dtype() != DType.I8) {
      throw new IllegalArgumentException(
          "int8Linear of " + y.dtype() + " and codes in " + codes.dtype());
    }
    if (!(threshold >= 0)) {
      throw new IllegalArgumentException("int8Linear with outliers from " + threshold + " on");
    }
    arguments.requireShapes(
        x.rows() == y.rows() && x.cols() == codes.cols() && codes.rows() == y.cols(),
        "int8Linear",
        x,
        codes,
        y);
    arguments.requireVector("int8Linear", scales, codes.rows(), DType.F32);
    requireOptional("int8Linear", bias, y);
  }

  /** Checks {@link Nn#unmask}. */
  public void unmask(Mask mask, Tensor values, Matrix y) {
    arguments.requireFloating("unmask", y);
    arguments.requireMask("unmask", mask, values, y);
  }

  /** Checks {@link Nn#addToLargest}. */
  public void addToLargest(Matrix x, Matrix w, int count, Matrix y) {
    arguments.requireOneType("addToLargest", x, w, y);
    arguments.requireShapes(
        x.rows() == y.rows() && x.cols() == w.cols() && w.rows() == y.cols(),
        "addToLargest",
        x,
        w,
        y);
    if (count < 0 || count > y.cols()) {
      throw new IllegalArgumentException(
          "addToLargest: there are no " + count + " largest of " + y.cols() + " columns");
    }
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
