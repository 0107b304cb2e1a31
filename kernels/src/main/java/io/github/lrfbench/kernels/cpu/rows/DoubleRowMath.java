package io.github.lrfbench.kernels.cpu.rows;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.cpu.memory.Block;
import io.github.lrfbench.kernels.ops.Activation;
import io.github.lrfbench.kernels.ops.AdamWStep;
import io.github.lrfbench.kernels.ops.Dropout;
import java.util.Arrays;

/** {@link RowMath} in double precision, for checks; nothing here is fast. */
public final class DoubleRowMath implements RowMath<double[]> {
  /** The only one; it has no state. */
  public static final DoubleRowMath INSTANCE = new DoubleRowMath();

  private DoubleRowMath() {}

  @Override
  public DType dtype() {
    return DType.F64;
  }

  @Override
  public double[] allocate(int length) {
    return new double[length];
  }

  @Override
  public int length(double[] array) {
    return array.length;
  }

  @Override
  public Staging<double[]> stage(Matrix matrix) {
    return matrix.dtype() == DType.F64
        ? new Staging.Doubles(matrix)
        : new Staging.WidenedFloats(matrix);
  }

  @Override
  public Staging<double[]> stage(Block block, int stride) {
    return new Staging.Doubles(block, stride);
  }

  @Override
  public void fill(double[] x, int from, int to, double value) {
    Arrays.fill(x, from, to, value);
  }

  @Override
  public void add(double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      x[i] += y[i];
    }
  }

  @Override
  public void max(double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      x[i] = Math.max(x[i], y[i]);
    }
  }

  @Override
  public void multiply(double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      x[i] *= y[i];
    }
  }

  @Override
  public void scale(double[] x, double factor, int n) {
    for (int i = 0; i < n; i++) {
      x[i] *= factor;
    }
  }

  @Override
  public void scaleEach(double[] x, double[] factors, int from, int n) {
    for (int i = 0; i < n; i++) {
      x[i] *= factors[from + i];
    }
  }

  @Override
  public double squaredSum(double[] x, int n) {
    double even = 0;
    double odd = 0;
    for (int i = 0; i < n - 1; i += 2) {
      even += x[i] * x[i];
      odd += x[i + 1] * x[i + 1];
    }
    double last = n % 2 == 0 ? 0 : x[n - 1] * x[n - 1];
    return even + odd + last;
  }

  @Override
  public boolean isFinite(double[] x, int n) {
    // 0 times NaN or infinity is NaN, and stays.
    double even = 0;
    double odd = 0;
    for (int i = 0; i < n - 1; i += 2) {
      even += 0 * x[i];
      odd += 0 * x[i + 1];
    }
    return even + odd + 0 * x[Math.max(0, n - 1)] == 0;
  }

  @Override
  public void transpose(double[] x, int rows, int cols, double[] y) {
    for (int j = 0; j < cols; j++) {
      for (int i = 0; i < rows; i++) {
        y[j * rows + i] = x[i * cols + j];
      }
    }
  }

  @Override
  public void dequantize(byte[] codes, int from, int to, float scale, float zero, double[] y) {
    for (int i = from; i < to; i++) {
      y[i] = (double) scale * ((double) codes[i] - zero);
    }
  }

  @Override
  public void invert(double[] x, int n) {
    for (int i = 0; i < n; i++) {
      x[i] = 1 / x[i];
    }
  }

  @Override
  public void activate(Activation activation, double[] x, int n) {
    for (int i = 0; i < n; i++) {
      double v = x[i];
      x[i] =
          switch (activation) {
            case NONE -> v;
            case GELU -> v * 0.5 * (1 + DoubleFunctions.erf(v / Math.sqrt(2)));
            case GELU_TANH ->
                v * 0.5 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v * v * v)));
            case RELU -> Math.max(v, 0);
            case TANH -> Math.tanh(v);
          };
    }
  }

  @Override
  public void normalize(
      double[] x, int n, double eps, double[] gamma, double[] beta, double[] tmp) {
    double mean = 0;
    for (int i = 0; i < n; i++) {
      mean += x[i] / n;
    }
    double variance = 0;
    for (int i = 0; i < n; i++) {
      x[i] -= mean;
      variance += x[i] * x[i] / n;
    }
    double factor = 1 / Math.sqrt(variance + eps);
    for (int i = 0; i < n; i++) {
      x[i] = x[i] * factor * gamma[i] + beta[i];
    }
  }

  @Override
  public void softmax(double[] x, int n, double factor) {
    double max = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < n; i++) {
      x[i] *= factor;
      max = Math.max(max, x[i]);
    }
    double sum = 0;
    for (int i = 0; i < n; i++) {
      x[i] = Math.exp(x[i] - max);
      sum += x[i];
    }
    scale(x, 1 / sum, n);
  }

  @Override
  public double crossEntropy(double[] x, int target, int n) {
    double max = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < n; i++) {
      max = Math.max(max, x[i]);
    }
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += Math.exp(x[i] - max);
    }
    return max - x[target] + Math.log(sum);
  }

  @Override
  public double at(double[] x, int i) {
    return x[i];
  }

  @Override
  public void put(double[] x, int i, double value) {
    x[i] = value;
  }

  @Override
  public void expBelow(double[] max, double[] x, double[] sum, int n) {
    for (int i = 0; i < n; i++) {
      x[i] = Math.exp(x[i] - max[i]);
      sum[i] += x[i];
    }
  }

  @Override
  public void addScaled(double[] x, double[] y, double factor, int n) {
    double f = factor;
    for (int i = 0; i < n; i++) {
      x[i] = Math.fma(f, y[i], x[i]);
    }
  }

  @Override
  public void addProduct(double[] x, double[] y, double[] sum, int n) {
    for (int i = 0; i < n; i++) {
      sum[i] = Math.fma(x[i], y[i], sum[i]);
    }
  }

  @Override
  public void differentiate(Activation activation, double[] x, int n) {
    for (int i = 0; i < n; i++) {
      x[i] =
          switch (activation) {
            case NONE -> 1;
            case GELU -> DoubleFunctions.geluDerivative(x[i]);
            case GELU_TANH -> DoubleFunctions.geluTanhDerivative(x[i]);
            case RELU -> Double.isNaN(x[i]) ? x[i] : x[i] > 0 ? 1 : 0;
            case TANH -> 1 - Math.tanh(x[i]) * Math.tanh(x[i]);
          };
    }
  }

  @Override
  public double standardize(double[] x, int n, double eps, double[] tmp) {
    double mean = sum(x, n) / n;
    for (int i = 0; i < n; i++) {
      double deviation = x[i] - mean;
      x[i] = deviation;
      tmp[i] = deviation * deviation;
    }
    double factor = 1 / Math.sqrt(sum(tmp, n) / n + eps);
    for (int i = 0; i < n; i++) {
      x[i] *= factor;
    }
    return factor;
  }

  @Override
  public void standardizeGradient(double[] z, double[] g, double factor, int n, double[] tmp) {
    double mean = sum(g, n) / n;
    for (int i = 0; i < n; i++) {
      tmp[i] = g[i] * z[i];
    }
    double projection = sum(tmp, n) / n;
    double f = factor;
    for (int i = 0; i < n; i++) {
      g[i] = f * (g[i] - mean - z[i] * projection);
    }
  }

  @Override
  public void softmaxGradient(double[] y, double[] dy, double factor, int n, double[] tmp) {
    for (int i = 0; i < n; i++) {
      tmp[i] = dy[i] * y[i];
    }
    double mean = sum(tmp, n);
    double f = factor;
    for (int i = 0; i < n; i++) {
      dy[i] = f * y[i] * (dy[i] - mean);
    }
  }

  @Override
  public void dropout(double[] x, Dropout dropout, long index, int n) {
    for (int i = 0; i < n; i++) {
      x[i] *= dropout.factor(index + i);
    }
  }

  @Override
  public void adamW(double[] parameter, double[] g, double[] m, double[] v, AdamWStep step, int n) {
    double scale = step.gradientScale();
    double beta1 = step.beta1();
    double beta2 = step.beta2();
    double gain1 = 1 - step.beta1();
    double gain2 = (1 - step.beta2());
    double rate = (step.learningRate() / (1 - Math.pow(step.beta1(), step.step())));
    double correction = (1 / Math.sqrt(1 - Math.pow(step.beta2(), step.step())));
    double epsilon = step.epsilon();
    double kept = (1 - step.learningRate() * step.weightDecay());
    for (int i = 0; i < n; i++) {
      double gradient = scale * g[i];
      double mean = beta1 * m[i] + gain1 * gradient;
      double square = beta2 * v[i] + gain2 * gradient * gradient;
      m[i] = mean;
      v[i] = square;
      double root = Math.sqrt(square) * correction + epsilon;
      parameter[i] = kept * parameter[i] - rate * mean / root;
    }
  }

  private static double sum(double[] x, int n) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += x[i];
    }
    return sum;
  }
}
