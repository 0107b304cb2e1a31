package io.github.lrfbench.kernels.cpu.rows;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.cpu.memory.Block;
import io.github.lrfbench.kernels.ops.Activation;
import io.github.lrfbench.kernels.ops.AdamWStep;
import io.github.lrfbench.kernels.ops.Dropout;
import java.util.Arrays;

/**
 * {@link RowMath} in single precision. All arrays of a loop are indexed alike: the JVM vectorizes
 * nothing else.
 */
public final class FloatRowMath implements RowMath<float[]> {
  /** The only one; it has no state. */
  public static final FloatRowMath INSTANCE = new FloatRowMath();

  private FloatRowMath() {}

  @Override
  public DType dtype() {
    return DType.F32;
  }

  @Override
  public float[] allocate(int length) {
    return new float[length];
  }

  @Override
  public int length(float[] array) {
    return array.length;
  }

  @Override
  public Staging<float[]> stage(Matrix matrix) {
    return new Staging.Floats(matrix);
  }

  @Override
  public Staging<float[]> stage(Block block, int stride) {
    return new Staging.Floats(block, stride);
  }

  @Override
  public void fill(float[] x, int from, int to, double value) {
    Arrays.fill(x, from, to, (float) value);
  }

  @Override
  public void add(float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      x[i] += y[i];
    }
  }

  @Override
  public void max(float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      x[i] = Math.max(x[i], y[i]);
    }
  }

  @Override
  public void multiply(float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      x[i] *= y[i];
    }
  }

  @Override
  public void scale(float[] x, double factor, int n) {
    float single = (float) factor;
    if (single == factor) {
      // A product of two floats is exact in a double: the result is the same, by vectors.
      for (int i = 0; i < n; i++) {
        x[i] *= single;
      }
      return;
    }
    for (int i = 0; i < n; i++) {
      x[i] = (float) (x[i] * factor);
    }
  }

  @Override
  public void scaleEach(float[] x, double[] factors, int from, int n) {
    for (int i = 0; i < n; i++) {
      x[i] = (float) (x[i] * factors[from + i]);
    }
  }

  @Override
  public double squaredSum(float[] x, int n) {
    double even = 0;
    double odd = 0;
    for (int i = 0; i < n - 1; i += 2) {
      even += (double) x[i] * x[i];
      odd += (double) x[i + 1] * x[i + 1];
    }
    double last = n % 2 == 0 ? 0 : (double) x[n - 1] * x[n - 1];
    return even + odd + last;
  }

  @Override
  public boolean isFinite(float[] x, int n) {
    // 0 times NaN or infinity is NaN, and stays.
    float even = 0;
    float odd = 0;
    for (int i = 0; i < n - 1; i += 2) {
      even += 0 * x[i];
      odd += 0 * x[i + 1];
    }
    return even + odd + 0 * x[Math.max(0, n - 1)] == 0;
  }

  @Override
  public void gather(float[] x, int[] index, float[] y) {
    for (int i = 0; i < index.length; i++) {
      y[i] = index[i] < 0 ? 0 : x[index[i]];
    }
  }

  @Override
  public void transpose(float[] x, int rows, int cols, float[] y) {
    for (int j = 0; j < cols; j++) {
      for (int i = 0; i < rows; i++) {
        y[j * rows + i] = x[i * cols + j];
      }
    }
  }

  @Override
  public void dequantize(byte[] codes, int from, int to, float scale, float zero, float[] y) {
    for (int i = from; i < to; i++) {
      y[i] = scale * (codes[i] - zero);
    }
  }

  @Override
  public void invert(float[] x, int n) {
    for (int i = 0; i < n; i++) {
      x[i] = 1 / x[i];
    }
  }

  @Override
  public void activate(Activation activation, float[] x, int n) {
    switch (activation) {
      case NONE -> {}
      case GELU -> gelu(x, n);
      case GELU_TANH -> geluTanh(x, n);
      case RELU -> relu(x, n);
      case TANH -> tanh(x, n);
    }
  }

  private static void gelu(float[] x, int n) {
    for (int i = 0; i < n; i++) {
      x[i] = FloatFunctions.gelu(x[i]);
    }
  }

  private static void geluTanh(float[] x, int n) {
    for (int i = 0; i < n; i++) {
      x[i] = FloatFunctions.geluTanh(x[i]);
    }
  }

  private static void relu(float[] x, int n) {
    for (int i = 0; i < n; i++) {
      x[i] = Math.max(x[i], 0);
    }
  }

  // The pooler's few values alone come here, so that precision is worth more than speed.
  private static void tanh(float[] x, int n) {
    for (int i = 0; i < n; i++) {
      x[i] = (float) Math.tanh(x[i]);
    }
  }

  @Override
  public void normalize(float[] x, int n, double eps, float[] gamma, float[] beta, float[] tmp) {
    float mean = (float) (sum(x, n) / n);
    for (int i = 0; i < n; i++) {
      float deviation = x[i] - mean;
      x[i] = deviation;
      tmp[i] = deviation * deviation;
    }
    float factor = (float) (1 / Math.sqrt(sum(tmp, n) / n + eps));
    for (int i = 0; i < n; i++) {
      x[i] = Math.fma(x[i] * factor, gamma[i], beta[i]);
    }
  }

  /** Eight sums side by side, because one waits for each addition. */
  private static double sum(float[] x, int n) {
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    float s4 = 0;
    float s5 = 0;
    float s6 = 0;
    float s7 = 0;
    int i = 0;
    for (; i < n - 7; i += 8) {
      s0 += x[i];
      s1 += x[i + 1];
      s2 += x[i + 2];
      s3 += x[i + 3];
      s4 += x[i + 4];
      s5 += x[i + 5];
      s6 += x[i + 6];
      s7 += x[i + 7];
    }
    double sum = ((double) s0 + s1) + ((double) s2 + s3) + ((double) s4 + s5) + ((double) s6 + s7);
    for (; i < n; i++) {
      sum += x[i];
    }
    return sum;
  }

  @Override
  public void softmax(float[] x, int n, double factor) {
    float f = (float) factor;
    float max = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < n; i++) {
      x[i] *= f;
      max = Math.max(max, x[i]);
    }
    for (int i = 0; i < n; i++) {
      x[i] = FloatFunctions.expOfMinus(max - x[i]);
    }
    float inverse = (float) (1 / sum(x, n));
    for (int i = 0; i < n; i++) {
      x[i] *= inverse;
    }
  }

  @Override
  public double crossEntropy(float[] x, int target, int n) {
    float chosen = x[target];
    float max = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < n; i++) {
      max = Math.max(max, x[i]);
    }
    for (int i = 0; i < n; i++) {
      x[i] = FloatFunctions.expOfMinus(max - x[i]);
    }
    return (double) max - chosen + Math.log(sum(x, n));
  }

  @Override
  public double at(float[] x, int i) {
    return x[i];
  }

  @Override
  public void put(float[] x, int i, double value) {
    x[i] = (float) value;
  }

  @Override
  public void expBelow(float[] max, float[] x, float[] sum, int n) {
    for (int i = 0; i < n; i++) {
      float e = FloatFunctions.expOfMinus(max[i] - x[i]);
      x[i] = e;
      sum[i] += e;
    }
  }

  @Override
  public void addScaled(float[] x, float[] y, double factor, int n) {
    float f = (float) factor;
    for (int i = 0; i < n; i++) {
      x[i] = Math.fma(f, y[i], x[i]);
    }
  }

  @Override
  public void addProduct(float[] x, float[] y, float[] sum, int n) {
    for (int i = 0; i < n; i++) {
      sum[i] = Math.fma(x[i], y[i], sum[i]);
    }
  }

  @Override
  public void differentiate(Activation activation, float[] x, int n) {
    switch (activation) {
      case NONE -> Arrays.fill(x, 0, n, 1);
      case GELU -> differentiateGelu(x, n);
      case GELU_TANH -> differentiateGeluTanh(x, n);
      case RELU -> differentiateRelu(x, n);
      case TANH -> differentiateTanh(x, n);
    }
  }

  private static void differentiateGelu(float[] x, int n) {
    for (int i = 0; i < n; i++) {
      x[i] = FloatFunctions.geluDerivative(x[i]);
    }
  }

  private static void differentiateGeluTanh(float[] x, int n) {
    for (int i = 0; i < n; i++) {
      x[i] = FloatFunctions.geluTanhDerivative(x[i]);
    }
  }

  private static void differentiateRelu(float[] x, int n) {
    for (int i = 0; i < n; i++) {
      x[i] = Float.isNaN(x[i]) ? x[i] : x[i] > 0 ? 1 : 0;
    }
  }

  private static void differentiateTanh(float[] x, int n) {
    for (int i = 0; i < n; i++) {
      double y = Math.tanh(x[i]);
      x[i] = (float) (1 - y * y);
    }
  }

  @Override
  public double standardize(float[] x, int n, double eps, float[] tmp) {
    float mean = (float) (sum(x, n) / n);
    for (int i = 0; i < n; i++) {
      float deviation = x[i] - mean;
      x[i] = deviation;
      tmp[i] = deviation * deviation;
    }
    float factor = (float) (1 / Math.sqrt(sum(tmp, n) / n + eps));
    for (int i = 0; i < n; i++) {
      x[i] *= factor;
    }
    return factor;
  }

  @Override
  public void standardizeGradient(float[] z, float[] g, double factor, int n, float[] tmp) {
    float mean = (float) (sum(g, n) / n);
    for (int i = 0; i < n; i++) {
      tmp[i] = g[i] * z[i];
    }
    float projection = (float) (sum(tmp, n) / n);
    float f = (float) factor;
    for (int i = 0; i < n; i++) {
      g[i] = f * (g[i] - mean - z[i] * projection);
    }
  }

  @Override
  public void softmaxGradient(float[] y, float[] dy, double factor, int n, float[] tmp) {
    for (int i = 0; i < n; i++) {
      tmp[i] = dy[i] * y[i];
    }
    float mean = (float) sum(tmp, n);
    float f = (float) factor;
    for (int i = 0; i < n; i++) {
      dy[i] = f * y[i] * (dy[i] - mean);
    }
  }

  @Override
  public void dropout(float[] x, Dropout dropout, long index, int n) {
    for (int i = 0; i < n; i++) {
      x[i] *= dropout.factor(index + i);
    }
  }

  @Override
  public void adamW(float[] parameter, float[] g, float[] m, float[] v, AdamWStep step, int n) {
    float scale = (float) step.gradientScale();
    float beta1 = (float) step.beta1();
    float beta2 = (float) step.beta2();
    float gain1 = (float) (1 - step.beta1());
    float gain2 = (float) (1 - step.beta2());
    float rate = (float) (step.learningRate() / (1 - Math.pow(step.beta1(), step.step())));
    float correction = (float) (1 / Math.sqrt(1 - Math.pow(step.beta2(), step.step())));
    float epsilon = (float) step.epsilon();
    float kept = (float) (1 - step.learningRate() * step.weightDecay());
    for (int i = 0; i < n; i++) {
      float gradient = scale * g[i];
      float mean = beta1 * m[i] + gain1 * gradient;
      float square = beta2 * v[i] + gain2 * gradient * gradient;
      m[i] = mean;
      v[i] = square;
      float root = (float) Math.sqrt(square) * correction + epsilon;
      parameter[i] = kept * parameter[i] - rate * mean / root;
    }
  }
}
