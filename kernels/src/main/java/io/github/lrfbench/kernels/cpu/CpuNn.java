package io.github.lrfbench.kernels.cpu;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import io.github.lrfbench.kernels.ops.Blas;
import io.github.lrfbench.kernels.ops.Nn;
import io.github.lrfbench.kernels.ops.Segments;

/** {@link Nn} on the processor. */
final class CpuNn implements Nn {
  private final Workers workers;
  private final Blas blas;

  CpuNn(Workers workers, Blas blas) {
    this.workers = workers;
    this.blas = blas;
  }

  @Override
  public void linear(Matrix x, Matrix w, Tensor bias, Activation activation, Matrix y) {
    require(
        w.cols() == x.cols() && y.rows() == x.rows() && y.cols() == w.rows(), "linear", x, w, y);
    requireVector(bias, y.cols(), y.dtype());
    blas.gemm(false, true, 1, x, w, 0, y);
    if (bias != null || activation != Activation.NONE) {
      biasActivation(y, bias, activation);
    }
  }

  @Override
  public void biasActivation(Matrix x, Tensor bias, Activation activation) {
    requireVector(bias, x.cols(), x.dtype());
    double[] b = bias == null ? new double[x.cols()] : bias.toDoubles();
    workers.forEach(
        x.rows(),
        i -> {
          double[] row = new double[x.cols()];
          Rows.read(x, i, row);
          for (int j = 0; j < row.length; j++) {
            row[j] = apply(activation, row[j] + b[j]);
          }
          Rows.write(x, i, row);
        });
  }

  private static double apply(Activation activation, double x) {
    return switch (activation) {
      case NONE -> x;
      case GELU -> x * 0.5 * (1 + DoubleMath.erf(x / Math.sqrt(2)));
      case GELU_TANH ->
          x * 0.5 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
      case RELU -> Math.max(x, 0);
      case TANH -> Math.tanh(x);
    };
  }

  @Override
  public void layerNorm(
      Matrix x, Tensor bias, Matrix residual, Tensor gamma, Tensor beta, double eps, Matrix y) {
    int hidden = x.cols();
    require(y.rows() == x.rows() && y.cols() == hidden, "layerNorm", x, x, y);
    if (residual != null) {
      require(
          residual.rows() == x.rows() && residual.cols() == hidden, "layerNorm", x, residual, y);
    }
    requireVector(bias, hidden, x.dtype());
    requireVector(gamma, hidden, x.dtype());
    requireVector(beta, hidden, x.dtype());
    double[] g = gamma.toDoubles();
    double[] b = beta.toDoubles();
    double[] added = bias == null ? new double[hidden] : bias.toDoubles();
    workers.forEach(
        x.rows(),
        i -> {
          double[] row = new double[hidden];
          double[] other = new double[hidden];
          Rows.read(x, i, row);
          if (residual != null) {
            Rows.read(residual, i, other);
          }
          double mean = 0;
          for (int j = 0; j < hidden; j++) {
            row[j] += other[j] + added[j];
            mean += row[j] / hidden;
          }
          double variance = 0;
          for (int j = 0; j < hidden; j++) {
            variance += (row[j] - mean) * (row[j] - mean) / hidden;
          }
          double factor = 1 / Math.sqrt(variance + eps);
          for (int j = 0; j < hidden; j++) {
            row[j] = (row[j] - mean) * factor * g[j] + b[j];
          }
          Rows.write(y, i, row);
        });
  }

  @Override
  public void embed(
      Tensor ids,
      Matrix word,
      Tensor positions,
      Matrix position,
      Tensor types,
      Matrix type,
      Matrix y) {
    int[] wordIndex = indices(ids, word, y, "word");
    int[] positionIndex = indices(positions, position, y, "position");
    int[] typeIndex = indices(types, type, y, "type");
    workers.forEach(
        y.rows(),
        i -> {
          double[] sum = new double[y.cols()];
          double[] row = new double[y.cols()];
          addRow(word, wordIndex, i, row, sum);
          addRow(position, positionIndex, i, row, sum);
          addRow(type, typeIndex, i, row, sum);
          Rows.write(y, i, sum);
        });
  }

  private static void addRow(Matrix table, int[] index, int i, double[] row, double[] sum) {
    if (index != null) {
      Rows.read(table, index[i], row);
      for (int j = 0; j < sum.length; j++) {
        sum[j] += row[j];
      }
    }
  }

  private static int[] indices(Tensor index, Matrix table, Matrix y, String name) {
    if ((index == null) != (table == null)) {
      throw new IllegalArgumentException(name + " indices and table go together");
    }
    if (index == null) {
      return null;
    }
    require(table.cols() == y.cols(), "embed", table, table, y);
    return checkedRows(index, table, y, name);
  }

  private static int[] checkedRows(Tensor index, Matrix table, Matrix y, String name) {
    if (index.shape().size() != y.rows()) {
      throw new IllegalArgumentException(
          y.rows() + " " + name + " indices wanted, not " + index.shape().size());
    }
    int[] rows = index.toInts();
    for (int row : rows) {
      if (row < 0 || row >= table.rows()) {
        throw new IndexOutOfBoundsException(
            name + " index " + row + " is outside a table of " + table.rows() + " rows");
      }
    }
    return rows;
  }

  @Override
  public void attention(
      Matrix q,
      Matrix k,
      Matrix v,
      Segments segments,
      int heads,
      double scale,
      boolean causal,
      Matrix y) {
    int hidden = q.cols();
    require(k.rows() == q.rows() && k.cols() == hidden, "attention", q, k, y);
    require(v.rows() == q.rows() && v.cols() == hidden, "attention", q, v, y);
    require(y.rows() == q.rows() && y.cols() == hidden, "attention", q, k, y);
    if (heads < 1 || hidden % heads != 0) {
      throw new IllegalArgumentException(hidden + " columns do not divide into " + heads);
    }
    int[] offsets = offsets(segments, q.rows());
    int size = hidden / heads;
    try (CpuScope scope = new CpuScope((CpuDevice) q.device())) {
      for (int s = 0; s < segments.count(); s++) {
        int from = offsets[s];
        int to = offsets[s + 1];
        int length = to - from;
        int[] valid = new int[length];
        for (int i = 0; i < length; i++) {
          valid[i] = causal ? i + 1 : length;
        }
        Tensor validTensor = scope.ints(valid, length);
        Matrix scores = Matrix.of(scope.allocate(q.dtype(), length, length));
        for (int h = 0; h < heads && length > 0; h++) {
          int left = h * size;
          Matrix qh = q.rows(from, to).columns(left, left + size);
          Matrix kh = k.rows(from, to).columns(left, left + size);
          Matrix vh = v.rows(from, to).columns(left, left + size);
          blas.gemm(false, true, 1, qh, kh, 0, scores);
          scaledMaskedSoftmax(scores, scale, validTensor);
          blas.gemm(false, false, 1, scores, vh, 0, y.rows(from, to).columns(left, left + size));
        }
      }
    }
  }

  private static int[] offsets(Segments segments, int rows) {
    int[] offsets = segments.offsets().toInts();
    for (int s = 0; s < segments.count(); s++) {
      if (offsets[s] > offsets[s + 1]) {
        throw new IllegalArgumentException("segment offsets do not ascend");
      }
    }
    if (offsets[0] != 0 || offsets[segments.count()] != rows) {
      throw new IllegalArgumentException(
          "segments cover rows " + offsets[0] + " to " + offsets[segments.count()] + " of " + rows);
    }
    return offsets;
  }

  @Override
  public void scaledMaskedSoftmax(Matrix x, double scale, Tensor valid) {
    if (valid != null && valid.shape().size() != x.rows()) {
      throw new IllegalArgumentException(
          x.rows() + " valid lengths wanted, not " + valid.shape().size());
    }
    int[] lengths = valid == null ? null : valid.toInts();
    workers.forEach(
        x.rows(),
        i -> {
          double[] row = new double[x.cols()];
          int length = lengths == null ? row.length : Math.min(row.length, Math.max(0, lengths[i]));
          Rows.read(x, i, row);
          double max = Double.NEGATIVE_INFINITY;
          for (int j = 0; j < length; j++) {
            row[j] *= scale;
            max = Math.max(max, row[j]);
          }
          double sum = 0;
          for (int j = 0; j < length; j++) {
            row[j] = Math.exp(row[j] - max);
            sum += row[j];
          }
          for (int j = 0; j < row.length; j++) {
            row[j] = j < length ? row[j] / sum : 0;
          }
          Rows.write(x, i, row);
        });
  }

  @Override
  public void gatherRows(Matrix x, Tensor rows, Matrix y) {
    require(x.cols() == y.cols(), "gatherRows", x, x, y);
    int[] index = checkedRows(rows, x, y, "row");
    workers.forEach(
        y.rows(),
        i -> {
          double[] row = new double[x.cols()];
          Rows.read(x, index[i], row);
          Rows.write(y, i, row);
        });
  }

  @Override
  public void meanPool(Matrix x, Segments segments, Matrix y) {
    require(x.cols() == y.cols() && y.rows() == segments.count(), "meanPool", x, x, y);
    int[] offsets = offsets(segments, x.rows());
    for (int s = 0; s < y.rows(); s++) {
      if (offsets[s] == offsets[s + 1]) {
        throw new IllegalArgumentException("the mean of the empty segment " + s);
      }
    }
    workers.forEach(
        y.rows(),
        s -> {
          int length = offsets[s + 1] - offsets[s];
          double[] sum = new double[x.cols()];
          double[] row = new double[x.cols()];
          for (int i = offsets[s]; i < offsets[s + 1]; i++) {
            Rows.read(x, i, row);
            for (int j = 0; j < sum.length; j++) {
              sum[j] += row[j];
            }
          }
          for (int j = 0; j < sum.length; j++) {
            sum[j] /= length;
          }
          Rows.write(y, s, sum);
        });
  }

  private static void requireVector(Tensor vector, int size, DType dtype) {
    if (vector != null && (vector.shape().size() != size || vector.dtype() != dtype)) {
      throw new IllegalArgumentException(
          "wanted " + dtype + "[" + size + "], not " + vector.dtype() + vector.shape());
    }
  }

  private static void require(boolean shapes, String operation, Matrix a, Matrix b, Matrix c) {
    if (!shapes) {
      throw new IllegalArgumentException(
          String.format(
              "shapes do not fit in %s: %d x %d, %d x %d -> %d x %d",
              operation, a.rows(), a.cols(), b.rows(), b.cols(), c.rows(), c.cols()));
    }
    if (a.dtype() != c.dtype() || b.dtype() != c.dtype() || !c.dtype().isFloating()) {
      throw new IllegalArgumentException(
          operation
              + " of one floating-point type wanted, not "
              + a.dtype()
              + ", "
              + b.dtype()
              + " -> "
              + c.dtype());
    }
  }
}
