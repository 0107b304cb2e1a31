package io.github.lrfbench.kernels.cpu;

/**
 * Functions in single precision made of additions, multiplications and one division, because loops
 * over those are what the JVM vectorizes: no conversion, no bit pattern, no branch.
 *
 * <p>Each is built on a function that falls to zero like an exponential, written as {@code 1 / q^p}
 * with a polynomial q fitted so that the greatest absolute error of the result is least. Where q
 * overflows, the quotient is the right limit, so that nothing has to be clamped. The idea is
 * Abramowitz and Stegun 7.1.28.
 */
final class FloatFunctions {
  private FloatFunctions() {}

  /**
   * {@code exp(-x)} for x of 0 and more, with an absolute error below 5e-7, and below 5e-9 where x
   * is large: sums over many small terms stay as exact.
   */
  static float expOfMinus(float x) {
    float q = Math.fma(9.562862e-10f, x, 3.7654413e-09f);
    q = Math.fma(q, x, 3.9510186e-07f);
    q = Math.fma(q, x, 7.940876e-06f);
    q = Math.fma(q, x, 0.00016312963f);
    q = Math.fma(q, x, 0.002603817f);
    q = Math.fma(q, x, 0.031250145f);
    q = Math.fma(q, x, 0.24999999f);
    q = Math.fma(q, x, 1f);
    q *= q;
    return 1 / (q * q);
  }

  /** {@code x Φ(x)}, with an absolute error below 5e-7 for x up to 10 and relative beyond. */
  static float gelu(float x) {
    float a = Math.abs(x);
    // x Φ(x) = max(x, 0) - a Φ(-a) = (x + a - a / q^8) / 2
    float q = Math.fma(2.9321582e-06f, a, -1.6743412e-05f);
    q = Math.fma(q, a, 9.756494e-05f);
    q = Math.fma(q, a, 0.000111390975f);
    q = Math.fma(q, a, 0.0009806113f);
    q = Math.fma(q, a, 0.008591667f);
    q = Math.fma(q, a, 0.04478879f);
    q = Math.fma(q, a, 0.099732496f);
    q = Math.fma(q, a, 1f);
    q *= q;
    q *= q;
    q *= q;
    return 0.5f * ((x + a) - a / q);
  }

  /** {@code x/2 (1 + tanh(√(2/π) (x + 0.044715 x³)))}, with an absolute error below 5e-7. */
  static float geluTanh(float x) {
    float a = Math.abs(x);
    // x/2 (1 + tanh(y)) = max(x, 0) - a / (1 + exp(2 |y|)), and q^8 is that exponential.
    float q = Math.fma(2.5809493e-06f, a, -2.3605955e-05f);
    q = Math.fma(q, a, 0.000121355544f);
    q = Math.fma(q, a, -0.00024007914f);
    q = Math.fma(q, a, 0.000629686f);
    q = Math.fma(q, a, 0.0014305227f);
    q = Math.fma(q, a, 0.010461155f);
    q = Math.fma(q, a, 0.019835176f);
    q = Math.fma(q, a, 0.19947721f);
    q = Math.fma(q, a, 1f);
    q *= q;
    q *= q;
    q *= q;
    return Math.fma(0.5f, x + a, -a / (1 + q));
  }
}
