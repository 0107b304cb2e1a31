package io.github.lrfbench.kernels.cpu.rows;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.cpu.memory.Block;
import io.github.lrfbench.kernels.ops.Activation;
import io.github.lrfbench.kernels.ops.AdamWStep;
import io.github.lrfbench.kernels.ops.Dropout;

/**
 * Arithmetic on the first n elements of Java arrays of one floating-point type. What is written
 * here defines each operation, element by element in double precision; a type that is worth it does
 * the same faster in loops of its own.
 *
 * @param <A> float[] or double[]
 */
public interface RowMath<A> {
  /** The type of the elements. */
  DType dtype();

  /** An array of zeros. */
  A allocate(int length);

  /** The length of an array. */
  int length(A array);

  /** Element i as a double. */
  double at(A x, int i);

  /** {@code x[i] = value}, rounded to the type. */
  void put(A x, int i, double value);

  /** A matrix as rows of this type; double precision stands in for single as well. */
  Staging<A> stage(Matrix matrix);

  /** Rows of {@code stride} elements in a block. */
  Staging<A> stage(Block block, int stride);

  /** {@code x = value} for elements {@code [from, to)}. */
  default void fill(A x, int from, int to, double value) {
    for (int i = from; i < to; i++) {
      put(x, i, value);
    }
  }

  /** {@code x += y}. */
  default void add(A x, A y, int n) {
    for (int i = 0; i < n; i++) {
      put(x, i, at(x, i) + at(y, i));
    }
  }

  /** {@code x = max(x, y)}; NaN wins. */
  default void max(A x, A y, int n) {
    for (int i = 0; i < n; i++) {
      put(x, i, Math.max(at(x, i), at(y, i)));
    }
  }

  /** {@code x *= y}. */
  default void multiply(A x, A y, int n) {
    for (int i = 0; i < n; i++) {
      put(x, i, at(x, i) * at(y, i));
    }
  }

  /** {@code x *= factor}, the product in double precision. */
  default void scale(A x, double factor, int n) {
    for (int i = 0; i < n; i++) {
      put(x, i, at(x, i) * factor);
    }
  }

  /** {@code x[i] *= factors[from + i]}, the product in double precision. */
  default void scaleEach(A x, double[] factors, int from, int n) {
    for (int i = 0; i < n; i++) {
      put(x, i, at(x, i) * factors[from + i]);
    }
  }

  /** The sum of squares, in double precision. */
  default double squaredSum(A x, int n) {
    double even = 0;
    double odd = 0;
    for (int i = 0; i < n - 1; i += 2) {
      even += at(x, i) * at(x, i);
      odd += at(x, i + 1) * at(x, i + 1);
    }
    double last = n % 2 == 0 ? 0 : at(x, n - 1) * at(x, n - 1);
    return even + odd + last;
  }

  /** Whether no element is NaN or infinite. */
  default boolean isFinite(A x, int n) {
    // 0 times NaN or infinity is NaN, and stays.
    double even = 0;
    double odd = 0;
    for (int i = 0; i < n - 1; i += 2) {
      even += 0 * at(x, i);
      odd += 0 * at(x, i + 1);
    }
    return even + odd + 0 * at(x, Math.max(0, n - 1)) == 0;
  }

  /** {@code y[i] = x[index[i]]}, or 0 where that is negative. */
  default void gather(A x, int[] index, A y) {
    for (int i = 0; i < index.length; i++) {
      put(y, i, index[i] < 0 ? 0 : at(x, index[i]));
    }
  }

  /** {@code y = xᵀ} with x [rows, cols] and y [cols, rows]. */
  default void transpose(A x, int rows, int cols, A y) {
    for (int j = 0; j < cols; j++) {
      for (int i = 0; i < rows; i++) {
        put(y, j * rows + i, at(x, i * cols + j));
      }
    }
  }

  /** {@code y[i] = scale (codes[i] - zero)} for i in {@code [from, to)}. */
  default void dequantize(byte[] codes, int from, int to, float scale, float zero, A y) {
    for (int i = from; i < to; i++) {
      put(y, i, (double) scale * ((double) codes[i] - zero));
    }
  }

  /** {@code x = 1 / x}. */
  default void invert(A x, int n) {
    for (int i = 0; i < n; i++) {
      put(x, i, 1 / at(x, i));
    }
  }

  /** {@code x = activation(x)}. */
  default void activate(Activation activation, A x, int n) {
    for (int i = 0; i < n; i++) {
      double v = at(x, i);
      double y =
          switch (activation) {
            case NONE -> v;
            case GELU -> v * 0.5 * (1 + DoubleFunctions.erf(v / Math.sqrt(2)));
            case GELU_TANH ->
                v * 0.5 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v * v * v)));
            case RELU -> Math.max(v, 0);
            case TANH -> Math.tanh(v);
          };
      put(x, i, y);
    }
  }

  /** {@code x = (x - mean) / sqrt(variance + eps) * gamma + beta}; tmp is overwritten. */
  default void normalize(A x, int n, double eps, A gamma, A beta, A tmp) {
    double mean = 0;
    for (int i = 0; i < n; i++) {
      mean += at(x, i) / n;
    }
    double variance = 0;
    for (int i = 0; i < n; i++) {
      put(x, i, at(x, i) - mean);
      variance += at(x, i) * at(x, i) / n;
    }
    double factor = 1 / Math.sqrt(variance + eps);
    for (int i = 0; i < n; i++) {
      put(x, i, at(x, i) * factor * at(gamma, i) + at(beta, i));
    }
  }

  /** {@code x = softmax(factor x)}; n is not 0. */
  default void softmax(A x, int n, double factor) {
    double max = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < n; i++) {
      put(x, i, at(x, i) * factor);
      max = Math.max(max, at(x, i));
    }
    double sum = 0;
    for (int i = 0; i < n; i++) {
      put(x, i, Math.exp(at(x, i) - max));
      sum += at(x, i);
    }
    scale(x, 1 / sum, n);
  }

  /** The logarithm of the sum of exp(x), minus x[target]; x is overwritten. */
  default double crossEntropy(A x, int target, int n) {
    double max = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < n; i++) {
      max = Math.max(max, at(x, i));
    }
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += Math.exp(at(x, i) - max);
    }
    return max - at(x, target) + Math.log(sum);
  }

  /** {@code x = exp(x - max), sum += x}, where no x is greater than its max. */
  default void expBelow(A max, A x, A sum, int n) {
    for (int i = 0; i < n; i++) {
      put(x, i, Math.exp(at(x, i) - at(max, i)));
      put(sum, i, at(sum, i) + at(x, i));
    }
  }

  /** {@code x += factor y}. */
  default void addScaled(A x, A y, double factor, int n) {
    for (int i = 0; i < n; i++) {
      put(x, i, Math.fma(factor, at(y, i), at(x, i)));
    }
  }

  /** {@code sum += x y}. */
  default void addProduct(A x, A y, A sum, int n) {
    for (int i = 0; i < n; i++) {
      put(sum, i, Math.fma(at(x, i), at(y, i), at(sum, i)));
    }
  }

  /** {@code x = activation'(x)}. */
  default void differentiate(Activation activation, A x, int n) {
    for (int i = 0; i < n; i++) {
      double v = at(x, i);
      double slope =
          switch (activation) {
            case NONE -> 1;
            case GELU -> DoubleFunctions.geluDerivative(v);
            case GELU_TANH -> DoubleFunctions.geluTanhDerivative(v);
            case RELU -> Double.isNaN(v) ? v : v > 0 ? 1 : 0;
            case TANH -> 1 - Math.tanh(v) * Math.tanh(v);
          };
      put(x, i, slope);
    }
  }

  /** {@code x = (x - mean) / sqrt(variance + eps)}; returns the factor; tmp is overwritten. */
  default double standardize(A x, int n, double eps, A tmp) {
    double mean = sum(x, n) / n;
    for (int i = 0; i < n; i++) {
      double deviation = at(x, i) - mean;
      put(x, i, deviation);
      put(tmp, i, deviation * deviation);
    }
    double factor = 1 / Math.sqrt(sum(tmp, n) / n + eps);
    for (int i = 0; i < n; i++) {
      put(x, i, at(x, i) * factor);
    }
    return factor;
  }

  /** {@code g = factor (g - mean(g) - z mean(g z))}; tmp is overwritten. */
  default void standardizeGradient(A z, A g, double factor, int n, A tmp) {
    double mean = sum(g, n) / n;
    for (int i = 0; i < n; i++) {
      put(tmp, i, at(g, i) * at(z, i));
    }
    double projection = sum(tmp, n) / n;
    for (int i = 0; i < n; i++) {
      put(g, i, factor * (at(g, i) - mean - at(z, i) * projection));
    }
  }

  /** {@code dy = factor y (dy - sum(dy y))}; tmp is overwritten. */
  default void softmaxGradient(A y, A dy, double factor, int n, A tmp) {
    for (int i = 0; i < n; i++) {
      put(tmp, i, at(dy, i) * at(y, i));
    }
    double mean = sum(tmp, n);
    for (int i = 0; i < n; i++) {
      put(dy, i, factor * at(y, i) * (at(dy, i) - mean));
    }
  }

  /** {@code x *= dropout's factor} of elements {@code index, index + 1, ...}. */
  default void dropout(A x, Dropout dropout, long index, int n) {
    for (int i = 0; i < n; i++) {
      put(x, i, at(x, i) * dropout.factor(index + i));
    }
  }

  /** A step of AdamW with gradient g, running mean m and running mean of squares v. */
  default void adamW(A parameter, A g, A m, A v, AdamWStep step, int n) {
    double scale = step.gradientScale();
    double beta1 = step.beta1();
    double beta2 = step.beta2();
    double gain1 = 1 - step.beta1();
    double gain2 = 1 - step.beta2();
    double rate = step.learningRate() / (1 - Math.pow(step.beta1(), step.step()));
    double correction = 1 / Math.sqrt(1 - Math.pow(step.beta2(), step.step()));
    double epsilon = step.epsilon();
    double kept = 1 - step.learningRate() * step.weightDecay();
    for (int i = 0; i < n; i++) {
      double gradient = scale * at(g, i);
      double mean = beta1 * at(m, i) + gain1 * gradient;
      double square = beta2 * at(v, i) + gain2 * gradient * gradient;
      put(m, i, mean);
      put(v, i, square);
      double root = Math.sqrt(square) * correction + epsilon;
      put(parameter, i, kept * at(parameter, i) - rate * mean / root);
    }
  }

  private double sum(A x, int n) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += at(x, i);
    }
    return sum;
  }
}
