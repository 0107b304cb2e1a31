package io.github.lrfbench.harness.exchange;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Matrices of small numbers on a device, given and read as arrays [part][row][column]. */
final class Gradients implements AutoCloseable {
  final Device device;
  private final Scope scope;
  private final DType dtype;

  Gradients(String id) {
    this(id, DType.F32);
  }

  Gradients(String id, DType dtype) {
    this.dtype = dtype;
    device = Devices.open(id, new DeviceOptions(1), line -> {});
    scope = device.openScope();
  }

  /** A part; every second one lies in a wider tensor, as parts of a stacked matrix do. */
  private Matrix part(double[][] values, boolean wide) {
    int cols = values[0].length;
    int stride = wide ? cols + 3 : cols;
    Tensor tensor = scope.zeros(dtype, values.length, stride);
    for (int i = 0; i < values.length; i++) {
      tensor.write((long) i * stride + stride - cols, values[i], 0, cols);
    }
    return new Matrix(tensor, stride - cols, values.length, cols, stride);
  }

  List<Matrix> parts(double[][][] values) {
    List<Matrix> parts = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      parts.add(part(values[i], i % 2 == 1));
    }
    return parts;
  }

  static double[][] read(Matrix matrix) {
    double[][] values = new double[matrix.rows()][matrix.cols()];
    for (int i = 0; i < values.length; i++) {
      matrix.data().read(matrix.offset() + (long) i * matrix.stride(), values[i], 0, matrix.cols());
    }
    return values;
  }

  /** What an exchange makes of the workers' gradients [worker][part][row][column]. */
  double[][][] exchange(GradientExchange exchange, long step, double[][][][] workers) {
    return exchange(exchange, step, workers, new ExchangeCost(device, workers.length));
  }

  double[][][] exchange(
      GradientExchange exchange, long step, double[][][][] workers, ExchangeCost cost) {
    List<List<Matrix>> given = new ArrayList<>();
    for (double[][][] own : workers) {
      given.add(parts(own));
    }
    List<Matrix> mean = parts(random(workers[0], new SplittableRandom(99)));
    exchange.exchange(step, given, mean, cost);
    return mean.stream().map(Gradients::read).toArray(double[][][]::new);
  }

  /** Random numbers of the same shapes. */
  static double[][][] random(double[][][] shapes, SplittableRandom random) {
    double[][][] values = new double[shapes.length][][];
    for (int p = 0; p < shapes.length; p++) {
      values[p] = new double[shapes[p].length][shapes[p][0].length];
      for (double[] row : values[p]) {
        for (int j = 0; j < row.length; j++) {
          row[j] = (float) random.nextGaussian();
        }
      }
    }
    return values;
  }

  static double[][][][] random(int workers, double[][][] shapes, SplittableRandom random) {
    double[][][][] values = new double[workers][][][];
    for (int w = 0; w < workers; w++) {
      values[w] = random(shapes, random);
    }
    return values;
  }

  static double[][][] mean(double[][][][] workers) {
    double[][][] mean = new double[workers[0].length][][];
    for (int p = 0; p < mean.length; p++) {
      mean[p] = new double[workers[0][p].length][workers[0][p][0].length];
      for (double[][][] own : workers) {
        add(1.0 / workers.length, own[p], mean[p]);
      }
    }
    return mean;
  }

  static void add(double factor, double[][] from, double[][] to) {
    for (int i = 0; i < to.length; i++) {
      for (int j = 0; j < to[i].length; j++) {
        to[i][j] += factor * from[i][j];
      }
    }
  }

  /** a b, with either transposed first. */
  static double[][] product(double[][] a, boolean transA, double[][] b, boolean transB) {
    int rows = transA ? a[0].length : a.length;
    int inner = transA ? a.length : a[0].length;
    int cols = transB ? b.length : b[0].length;
    double[][] c = new double[rows][cols];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < cols; j++) {
        for (int k = 0; k < inner; k++) {
          c[i][j] += (transA ? a[k][i] : a[i][k]) * (transB ? b[j][k] : b[k][j]);
        }
      }
    }
    return c;
  }

  /** Makes columns orthonormal by the method of Gram and Schmidt, done twice. */
  static void orthonormalize(double[][] a) {
    for (int j = 0; j < a[0].length; j++) {
      for (int turn = 0; turn < 2 * j + 1; turn++) {
        int k = turn % Math.max(1, j);
        double dot = 0;
        for (double[] row : a) {
          dot += j == 0 ? 0 : row[j] * row[k];
        }
        for (double[] row : a) {
          row[j] -= j == 0 ? 0 : dot * row[k];
        }
      }
      double norm = 0;
      for (double[] row : a) {
        norm += row[j] * row[j];
      }
      for (double[] row : a) {
        row[j] /= Math.sqrt(norm);
      }
    }
  }

  static double distance(double[][] a, double[][] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a[i].length; j++) {
        sum += (a[i][j] - b[i][j]) * (a[i][j] - b[i][j]);
      }
    }
    return Math.sqrt(sum);
  }

  @Override
  public void close() {
    scope.close();
    device.close();
  }
}
