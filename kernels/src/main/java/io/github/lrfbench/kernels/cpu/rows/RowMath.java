package io.github.lrfbench.kernels.cpu.rows;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.cpu.memory.Block;
import io.github.lrfbench.kernels.ops.Activation;
import io.github.lrfbench.kernels.ops.AdamWStep;
import io.github.lrfbench.kernels.ops.Dropout;

/**
 * Arithmetic on the first n elements of Java arrays of one floating-point type. All arrays of a
 * loop are indexed alike: the JVM vectorizes nothing else.
 *
 * @param <A> float[] or double[]
 */
public interface RowMath<A> {
  DType dtype();

  A allocate(int length);

  int length(A array);

  /** A matrix as rows of this type; double precision stands in for single as well. */
  Staging<A> stage(Matrix matrix);

  /** Rows of {@code stride} elements in a block. */
  Staging<A> stage(Block block, int stride);

  void fill(A x, int from, int to, double value);

  /** {@code x += y}. */
  void add(A x, A y, int n);

  /** {@code x = max(x, y)}; NaN wins. */
  void max(A x, A y, int n);

  /** {@code x *= y}. */
  void multiply(A x, A y, int n);

  /** {@code x *= factor}, the product in double precision. */
  void scale(A x, double factor, int n);

  /** {@code x[i] *= factors[from + i]}, the product in double precision. */
  void scaleEach(A x, double[] factors, int from, int n);

  /** The sum of squares, in double precision. */
  double squaredSum(A x, int n);

  /** Whether no element is NaN or infinite. */
  boolean isFinite(A x, int n);

  /** {@code y = xᵀ} with x [rows, cols] and y [cols, rows]. */
  void transpose(A x, int rows, int cols, A y);

  /** {@code y[i] = scale (codes[i] - zero)} for i in {@code [from, to)}. */
  void dequantize(byte[] codes, int from, int to, float scale, float zero, A y);

  /** {@code x = 1 / x}. */
  void invert(A x, int n);

  /** {@code x = activation(x)}. */
  void activate(Activation activation, A x, int n);

  /** {@code x = (x - mean) / sqrt(variance + eps) * gamma + beta}; tmp is overwritten. */
  void normalize(A x, int n, double eps, A gamma, A beta, A tmp);

  /** {@code x = softmax(factor x)}; n is not 0. */
  void softmax(A x, int n, double factor);

  /** The logarithm of the sum of exp(x), minus x[target]; x is overwritten. */
  double crossEntropy(A x, int target, int n);

  /** Element i as a double. */
  double at(A x, int i);

  /** {@code x[i] = value}. */
  void put(A x, int i, double value);

  /** {@code x = exp(x - max), sum += x}, where no x is greater than its max. */
  void expBelow(A max, A x, A sum, int n);

  /** {@code x += factor y}. */
  void addScaled(A x, A y, double factor, int n);

  /** {@code sum += x y}. */
  void addProduct(A x, A y, A sum, int n);

  /** {@code x = activation'(x)}. */
  void differentiate(Activation activation, A x, int n);

  /** {@code x = (x - mean) / sqrt(variance + eps)}; returns the factor; tmp is overwritten. */
  double standardize(A x, int n, double eps, A tmp);

  /** {@code g = factor (g - mean(g) - z mean(g z))}; tmp is overwritten. */
  void standardizeGradient(A z, A g, double factor, int n, A tmp);

  /** {@code dy = factor y (dy - sum(dy y))}; tmp is overwritten. */
  void softmaxGradient(A y, A dy, double factor, int n, A tmp);

  /** {@code x *= dropout's factor} of elements {@code index, index + 1, ...}. */
  void dropout(A x, Dropout dropout, long index, int n);

  /** A step of AdamW with gradient g, running mean m and running mean of squares v. */
  void adamW(A parameter, A g, A m, A v, AdamWStep step, int n);
}
