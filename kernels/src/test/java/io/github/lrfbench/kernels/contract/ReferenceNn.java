package io.github.lrfbench.kernels.contract;

import io.github.lrfbench.kernels.ops.Activation;

/**
 * The operations of {@link io.github.lrfbench.kernels.ops.Nn}, by their definitions. Vectors are
 * arrays, absent ones null.
 */
public final class ReferenceNn {
  private ReferenceNn() {}

  /** One value under an activation. */
  public static double activate(Activation activation, double x) {
    return switch (activation) {
      case NONE -> x;
      case GELU -> x * (1 + ReferenceMath.erf(x / Math.sqrt(2))) / 2;
      case GELU_TANH ->
          x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * Math.pow(x, 3))));
      case RELU -> Math.max(x, 0);
      case TANH -> Math.tanh(x);
    };
  }

  public static Grid biasActivation(Grid x, double[] bias, Activation activation) {
    return Grid.of(x.rows(), x.cols(), (i, j) -> activate(activation, x.at(i, j) + at(bias, j)));
  }

  public static Grid linear(Grid x, Grid w, double[] bias, Activation activation) {
    return biasActivation(ReferenceBlas.multiply(x, w.transposed()), bias, activation);
  }

  public static Grid layerNorm(
      Grid x, double[] bias, Grid residual, double[] gamma, double[] beta, double eps) {
    Grid sum =
        Grid.of(
            x.rows(),
            x.cols(),
            (i, j) -> x.at(i, j) + at(bias, j) + (residual == null ? 0 : residual.at(i, j)));
    double[] mean = new double[x.rows()];
    double[] variance = new double[x.rows()];
    for (int i = 0; i < x.rows(); i++) {
      for (int j = 0; j < x.cols(); j++) {
        mean[i] += sum.at(i, j) / x.cols();
      }
      for (int j = 0; j < x.cols(); j++) {
        variance[i] += Math.pow(sum.at(i, j) - mean[i], 2) / x.cols();
      }
    }
    return Grid.of(
        x.rows(),
        x.cols(),
        (i, j) -> (sum.at(i, j) - mean[i]) / Math.sqrt(variance[i] + eps) * gamma[j] + beta[j]);
  }

  public static Grid gatherRows(Grid x, int[] rows) {
    return Grid.of(rows.length, x.cols(), (i, j) -> x.at(rows[i], j));
  }

  public static Grid gatherColumns(Grid x, int[] columns) {
    return Grid.of(x.rows(), columns.length, (i, j) -> columns[j] < 0 ? 0 : x.at(i, columns[j]));
  }

  public static Grid add(Grid x, Grid y) {
    return Grid.of(x.rows(), x.cols(), (i, j) -> x.at(i, j) + y.at(i, j));
  }

  public static Grid spread(Grid x, int parts, int cols) {
    int narrow = x.cols() / parts;
    int wide = cols / parts;
    return Grid.of(
        x.rows(), cols, (i, j) -> j % wide < narrow ? x.at(i, j / wide * narrow + j % wide) : 0);
  }

  public static Grid swapAxes(Grid x, int first, int second) {
    return Grid.of(x.rows(), x.cols(), (t, e) -> x.at(t, e % first * second + e / first));
  }

  public static Grid khatriRao(Grid a, Grid b) {
    return Grid.of(
        a.rows() * b.rows(), a.cols(), (i, r) -> a.at(i / b.rows(), r) * b.at(i % b.rows(), r));
  }

  /** Scales and zeros [rows, cols / group rounded up]; without zeros the middle of the codes is. */
  public static Grid dequantize(Grid codes, int bits, Grid scales, Grid zeros, int group) {
    double middle = bits == 8 ? 0 : Math.pow(2, bits - 1);
    return Grid.of(
        codes.rows(),
        codes.cols(),
        (i, j) ->
            scales.at(i, j / group)
                * (codes.at(i, j) - (zeros == null ? middle : zeros.at(i, j / group))));
  }

  /** Scales are a row; factors are rounded as in single precision. */
  public static Grid int8Linear(
      Grid x, Grid codes, Grid scales, double threshold, double[] bias, Activation activation) {
    boolean[] outlier = new boolean[x.cols()];
    for (int k = 0; k < x.cols(); k++) {
      for (int i = 0; i < x.rows(); i++) {
        outlier[k] |= threshold > 0 && Math.abs(x.at(i, k)) >= threshold;
      }
    }
    double[] y = new double[x.rows() * codes.rows()];
    for (int i = 0; i < x.rows(); i++) {
      double largest = 0;
      for (int k = 0; k < x.cols(); k++) {
        largest = outlier[k] ? largest : Math.max(largest, Math.abs(x.at(i, k)));
      }
      float factor = largest < 1e-36f ? 0 : 127 / (float) largest;
      for (int j = 0; j < codes.rows(); j++) {
        double rounded = 0;
        double exact = 0;
        for (int k = 0; k < x.cols(); k++) {
          if (outlier[k]) {
            exact += x.at(i, k) * scales.at(0, j) * codes.at(j, k);
          } else {
            rounded += Math.rint((float) x.at(i, k) * factor) * codes.at(j, k);
          }
        }
        double step = factor == 0 && largest < 1 ? 0 : largest / 127;
        double sum = rounded * step * scales.at(0, j) + exact + at(bias, j);
        y[i * codes.rows() + j] = activate(activation, sum);
      }
    }
    return new Grid(x.rows(), codes.rows(), y);
  }

  public static Grid palette(Grid codes, Grid tables, int rows) {
    return Grid.of(codes.rows(), codes.cols(), (i, j) -> tables.at(i / rows, (int) codes.at(i, j)));
  }

  public static Grid meanPool(Grid x, int[] offsets) {
    return Grid.of(
        offsets.length - 1,
        x.cols(),
        (s, j) -> {
          double sum = 0;
          for (int i = offsets[s]; i < offsets[s + 1]; i++) {
            sum += x.at(i, j);
          }
          return sum / (offsets[s + 1] - offsets[s]);
        });
  }

  public static Grid softmax(Grid x, double scale, int[] valid) {
    double[] max = new double[x.rows()];
    double[] sum = new double[x.rows()];
    for (int i = 0; i < x.rows(); i++) {
      max[i] = Double.NEGATIVE_INFINITY;
      for (int j = 0; j < length(x, valid, i); j++) {
        max[i] = Math.max(max[i], scale * x.at(i, j));
      }
      for (int j = 0; j < length(x, valid, i); j++) {
        sum[i] += Math.exp(scale * x.at(i, j) - max[i]);
      }
    }
    return Grid.of(
        x.rows(),
        x.cols(),
        (i, j) -> j < length(x, valid, i) ? Math.exp(scale * x.at(i, j) - max[i]) / sum[i] : 0);
  }

  public static Grid attention(
      Grid q, Grid k, Grid v, int[] offsets, int heads, double scale, boolean causal) {
    double[] y = new double[q.rows() * q.cols()];
    int size = q.cols() / heads;
    for (int s = 0; s + 1 < offsets.length; s++) {
      int from = offsets[s];
      int to = offsets[s + 1];
      int[] valid = new int[to - from];
      for (int i = 0; i < valid.length; i++) {
        valid[i] = causal ? i + 1 : valid.length;
      }
      for (int h = 0; h < heads; h++) {
        int left = h * size;
        Grid scores =
            ReferenceBlas.multiply(
                q.rows(from, to).columns(left, left + size),
                k.rows(from, to).columns(left, left + size).transposed());
        Grid head =
            ReferenceBlas.multiply(
                softmax(scores, scale, valid), v.rows(from, to).columns(left, left + size));
        for (int i = 0; i < head.rows(); i++) {
          System.arraycopy(head.values(), i * size, y, (from + i) * q.cols() + left, size);
        }
      }
    }
    return new Grid(q.rows(), q.cols(), y);
  }

  /** Attention of the last row of every sequence, whose rows of the cache are named one by one. */
  public static Grid cachedAttention(
      Grid q, Grid keys, Grid values, int[][] rows, int heads, double scale) {
    double[] y = new double[q.rows() * q.cols()];
    int size = q.cols() / heads;
    for (int s = 0; s < q.rows(); s++) {
      Grid k = gatherRows(keys, rows[s]);
      Grid v = gatherRows(values, rows[s]);
      for (int h = 0; h < heads; h++) {
        int left = h * size;
        Grid scores =
            ReferenceBlas.multiply(
                q.rows(s, s + 1).columns(left, left + size),
                k.columns(left, left + size).transposed());
        Grid head =
            ReferenceBlas.multiply(softmax(scores, scale, null), v.columns(left, left + size));
        System.arraycopy(head.values(), 0, y, s * q.cols() + left, size);
      }
    }
    return new Grid(q.rows(), q.cols(), y);
  }

  /** One row of losses; a target of -1 gives 0. */
  public static Grid crossEntropy(Grid x, int[] targets) {
    Grid p = softmax(x, 1, null);
    return Grid.of(1, x.rows(), (i, j) -> targets[j] < 0 ? 0 : -Math.log(p.at(j, targets[j])));
  }

  private static int length(Grid x, int[] valid, int row) {
    return valid == null ? x.cols() : valid[row];
  }

  private static double at(double[] vector, int index) {
    return vector == null ? 0 : vector[index];
  }
}
