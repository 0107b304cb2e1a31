package io.github.lrfbench.harness.compress.quantize;

import io.github.lrfbench.harness.budget.Point;
import io.github.lrfbench.harness.compress.spi.ErrorMetric;
import io.github.lrfbench.harness.compress.spi.FactorRequest;
import io.github.lrfbench.harness.compress.spi.FactorRequest.Target;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.compress.spi.SlotMatrix;
import io.github.lrfbench.harness.linear.PaletteLinear;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.ops.CodePacking;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/**
 * The method {@code palette}: the weights of a matrix, or of some of its rows, become the centres
 * of clusters, and codes tell which (Han et al. 2016). Where weights count by their importance, so
 * do they in the clusters (Kim et al. 2024, SqueezeLLM).
 */
public final class PaletteCompressor extends CodingMethod {
  private static final String ROWS = "rows";
  private static final String ALL = "all";
  private static final int MOST = 1 << 20;
  private static final String WEIGHTS = "weights";
  private static final String FISHER = "fisher";
  private static final String ACTIVATIONS = "activations";

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "palette",
        "weights of a matrix as the centres of a few clusters, 1 to 8 bits",
        "Han et al. 2016",
        Set.of(Need.WEIGHTS),
        "",
        options(
            bits(1),
            MethodOption.count(ROWS, 1, 1, MOST).orWord(ALL, ALL),
            MethodOption.choice(WEIGHTS, "none", FISHER, ACTIVATIONS),
            tokens()));
  }

  @Override
  protected Set<Need> factorizationNeeds(MethodOptions options) {
    Set<Need> needs = EnumSet.of(Need.WEIGHTS);
    if (options.is(WEIGHTS, FISHER)) {
      needs.add(Need.FISHER);
    } else if (options.is(WEIGHTS, ACTIVATIONS)) {
      needs.add(Need.ACTIVATIONS);
    }
    return needs;
  }

  @Override
  public void check(MethodOptions options) {
    super.check(options);
    if (options.is("tokens", "reached") && !options.is(WEIGHTS, ACTIVATIONS)) {
      throw new InputException("--method palette: tokens=reached is for weights=activations");
    }
  }

  @Override
  int fewestBits() {
    return 1;
  }

  private static int rows(int outputs, MethodOptions options) {
    return options.is(ROWS, ALL) ? outputs : Math.min(outputs, options.count(ROWS));
  }

  @Override
  Point point(int bits, int rows, int cols, MethodOptions options) {
    int shared = rows(rows, options);
    long tables = (rows + shared - 1L) / shared;
    long stored =
        (long) rows * CodePacking.width(cols, bits) * Byte.SIZE + (tables << bits) * Float.SIZE;
    String label = PaletteLinear.label(bits, shared, rows);
    return new Point((long) rows * cols, stored, Double.NaN, 0, label);
  }

  @Override
  CodedFactorization factorize(Target target, FactorRequest request) {
    MethodOptions options = request.options();
    Matrix w = SlotMatrix.of(target.slot(), request.scope());
    Matrix importance = importance(target, request);
    int[] sizes = sizes(options);
    int rows = rows(w.rows(), options);
    String slot = target.slot().name();
    return new CodedFactorization(
        w,
        points(w.rows(), w.cols(), options),
        (point, scope) -> code(slot, w, importance, sizes[point], rows, scope),
        ErrorMetric.WEIGHTS,
        Double.NaN);
  }

  /** Of every weight, [m, n], or of every input, [1, n]; null where all are alike. */
  private static Matrix importance(Target target, FactorRequest request) {
    if (request.options().is(WEIGHTS, FISHER)) {
      Matrix f = request.statistics().fisher().of(target.slot().name());
      return Matrices.transpose(Matrices.toDouble(f, request.scope()), request.scope());
    }
    if (request.options().is(WEIGHTS, ACTIVATIONS)) {
      double[] squares = Matrices.diagonal(request.statistics().moments(target.slot()).gram());
      return Matrix.of(request.scope().doubles(squares, 1, squares.length));
    }
    return null;
  }

  private static PaletteLinear code(
      String slot, Matrix w, Matrix importance, int bits, int rows, Scope scope) {
    int cols = w.cols();
    byte[] codes = new byte[Math.multiplyExact(w.rows(), cols)];
    int entries = 1 << bits;
    int tables = (w.rows() + rows - 1) / rows;
    float[] centres = new float[Math.multiplyExact(tables, entries)];
    for (int t = 0; t < tables; t++) {
      int from = t * rows;
      int to = Math.min(w.rows(), from + rows);
      float[] values = values(slot, w, from, to);
      float[] own = ScalarClusters.centres(values, weights(importance, from, to, cols), entries);
      System.arraycopy(own, 0, centres, t * entries, entries);
      for (int i = 0; i < values.length; i++) {
        codes[from * cols + i] = (byte) ScalarClusters.nearest(own, values[i]);
      }
    }
    byte[] packed = CodePacking.pack(codes, cols, bits);
    return new PaletteLinear(
        Matrix.of(scope.codes(DType.U8, packed, w.rows(), CodePacking.width(cols, bits))),
        bits,
        scope.floats(centres, tables, entries),
        cols,
        rows,
        null,
        DType.F32);
  }

  private static float[] values(String slot, Matrix w, int from, int to) {
    float[] values = new float[(to - from) * w.cols()];
    for (int i = from; i < to; i++) {
      int at = (i - from) * w.cols();
      w.data().read(w.offset() + (long) i * w.stride(), values, at, w.cols());
      for (int j = 0; j < w.cols(); j++) {
        if (!Float.isFinite(values[at + j])) {
          throw new InputException(
              slot + " holds NaN or infinity in row " + i + ", which has no codes");
        }
      }
    }
    return values;
  }

  private static double[] weights(Matrix importance, int from, int to, int cols) {
    if (importance == null) {
      return null;
    }
    double[] weights = new double[(to - from) * cols];
    for (int i = from; i < to; i++) {
      int row = importance.rows() == 1 ? 0 : i;
      importance
          .data()
          .read(
              importance.offset() + (long) row * importance.stride(),
              weights,
              (i - from) * cols,
              cols);
    }
    // Of weights that count nothing at all, some codes are wanted all the same.
    return Arrays.stream(weights).allMatch(weight -> weight == 0) ? null : weights;
  }
}
