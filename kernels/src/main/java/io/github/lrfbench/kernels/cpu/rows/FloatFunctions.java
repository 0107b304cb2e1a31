package io.github.lrfbench.kernels.cpu.rows;

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
  private static final float INVERSE_ROOT_TWO_PI = 0.3989423f;

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
    // x Φ(x) = max(x, 0) - a Φ(-a) = (x + a - a / q) / 2
    float q = halfInverseTail(a);
    return 0.5f * ((x + a) - a / q);
  }

  /** {@code Φ(x) + x φ(x)}, with an absolute error below 2e-6. */
  static float geluDerivative(float x) {
    float a = Math.abs(x);
    float q = halfInverseTail(a);
    // Φ(x) = 1/2 + sign(x) (1/2 - Φ(-a)), and Φ(-a) = 1 / (2 q).
    float sign = x / (a + Float.MIN_NORMAL);
    float density = INVERSE_ROOT_TWO_PI * expOfMinus(0.5f * a * a);
    return Math.fma(sign, 0.5f - 0.5f / q, 0.5f) + x * density;
  }

  /** {@code x/2 (1 + tanh(√(2/π) (x + 0.044715 x³)))}, with an absolute error below 5e-7. */
  static float geluTanh(float x) {
    float a = Math.abs(x);
    // x/2 (1 + tanh(y)) = max(x, 0) - a / (1 + exp(2 |y|)), and q is that exponential.
    float q = inverseOdds(a);
    return Math.fma(0.5f, x + a, -a / (1 + q));
  }

  /** The derivative of {@link #geluTanh}, with an absolute error below 2e-6. */
  static float geluTanhDerivative(float x) {
    float a = Math.abs(x);
    float q = inverseOdds(a);
    // With the sigmoid s of 2u, u = √(2/π) (x + 0.044715 x³): s + x s (1 - s) 2u'.
    float below = 1 / (1 + q);
    float sign = x / (a + Float.MIN_NORMAL);
    // Beyond, the term is 0 but for the overflow of x².
    float c = Math.min(a, 64f);
    float slope = Math.fma(0.2140632f * c, c, 1.5957691f);
    return Math.fma(sign, 0.5f - below, 0.5f) + sign * c * slope * below * (1 - below);
  }

  /** {@code 1 / (2 Φ(-a))} for a of 0 and more. */
  private static float halfInverseTail(float a) {
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
    return q;
  }

  /** {@code exp(2u)} with u = √(2/π) (a + 0.044715 a³), for a of 0 and more. */
  private static float inverseOdds(float a) {
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
    return q;
  }
}
