package io.github.lrfbench.harness.compress.tensor;

import io.github.lrfbench.harness.compress.spi.Factorization.Fit;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.List;
import java.util.SplittableRandom;

/** Tensors and matrices that decompositions are tested on, and what slow loops make of them. */
final class TensorCase implements AutoCloseable {
  /** The example of other-families, section 6.6: T[i][j][k]. */
  static final double[][][] WORKED = {{{1, 1}, {0, 0}}, {{3, 1}, {1, -1}}};

  final Device device;
  final Scope scope;

  TensorCase(String kind) {
    device = Devices.open(kind, new DeviceOptions(1), line -> {});
    scope = device.openScope();
  }

  /** T of [D, w, K]. */
  static double[][][] random(int d, int w, int slices, double size) {
    SplittableRandom random = new SplittableRandom(d * 31L + w * 7L + slices);
    double[][][] t = new double[d][w][slices];
    for (double[][] row : t) {
      for (double[] column : row) {
        for (int k = 0; k < slices; k++) {
          column[k] = size * random.nextGaussian();
        }
      }
    }
    return t;
  }

  /** The sum of outer products. */
  static double[][][] sum(double[][] a, double[][] b, double[][] c) {
    double[][][] t = new double[a[0].length][b[0].length][c[0].length];
    for (int r = 0; r < a.length; r++) {
      for (int i = 0; i < t.length; i++) {
        for (int j = 0; j < t[i].length; j++) {
          for (int k = 0; k < t[i][j].length; k++) {
            t[i][j][k] += a[r][i] * b[r][j] * c[r][k];
          }
        }
      }
    }
    return t;
  }

  static double norm(double[][][] t) {
    double sum = 0;
    for (double[][] row : t) {
      for (double[] column : row) {
        for (double element : column) {
          sum += element * element;
        }
      }
    }
    return Math.sqrt(sum);
  }

  SliceTensor tensor(double[][][] t) {
    int w = t[0].length;
    int slices = t[0][0].length;
    double[] x = new double[t.length * w * slices];
    for (int i = 0; i < t.length; i++) {
      for (int j = 0; j < w; j++) {
        for (int k = 0; k < slices; k++) {
          x[(k * w + j) * t.length + i] = t[i][j][k];
        }
      }
    }
    return new SliceTensor(Matrix.of(scope.doubles(x, slices * w, t.length)), w);
  }

  /** ‖T − Σ λ a ∘ b ∘ c‖, T over its norm. */
  static double distance(double[][][] t, CpFactors factors) {
    double norm = norm(t);
    int rank = factors.rank();
    double sum = 0;
    for (int i = 0; i < t.length; i++) {
      for (int j = 0; j < t[i].length; j++) {
        for (int k = 0; k < t[i][j].length; k++) {
          double rest = t[i][j][k] / norm;
          for (int r = 0; r < rank; r++) {
            rest -=
                factors.weights()[r]
                    * factors.factors()[0][i * rank + r]
                    * factors.factors()[1][j * rank + r]
                    * factors.factors()[2][k * rank + r];
          }
          sum += rest * rest;
        }
      }
    }
    return Math.sqrt(sum);
  }

  /** Matrices of one role whose transposes are the slices. */
  SlotStack stack(double[][][] t) {
    int slices = t[0][0].length;
    LinearSlot[] slots = new LinearSlot[slices];
    for (int k = 0; k < slices; k++) {
      float[] w = new float[t.length * t[0].length];
      for (int i = 0; i < t.length; i++) {
        for (int j = 0; j < t[0].length; j++) {
          w[j * t.length + i] = (float) t[i][j][k];
        }
      }
      slots[k] = slot("m" + k, k, w, t[0].length, t.length);
    }
    return SlotStack.layers(List.of(slots)).get(0);
  }

  LinearSlot slot(String name, int layer, float[] w, int rows, int cols) {
    Matrix weight = Matrix.of(scope.allocate(DType.F32, cols, rows));
    device.blas().transpose(Matrix.of(scope.floats(w, rows, cols)), weight);
    return new LinearSlot(name, layer, "query", new DenseLinear(weight, null));
  }

  double[] matrix(Linear linear) {
    Tensor w = scope.allocate(DType.F32, linear.outputs(), linear.inputs());
    linear.materialize(device, Matrix.of(w));
    return w.toDoubles();
  }

  /** What forms lose of the slices, in total. */
  double distance(double[][][] t, List<Fit> fits) {
    double sum = 0;
    for (int k = 0; k < fits.size(); k++) {
      double[] w = matrix(fits.get(k).map());
      for (int i = 0; i < t.length; i++) {
        for (int j = 0; j < t[i].length; j++) {
          double rest = (float) t[i][j][k] - w[j * t.length + i];
          sum += rest * rest;
        }
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
