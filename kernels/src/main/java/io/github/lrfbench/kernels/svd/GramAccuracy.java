package io.github.lrfbench.kernels.svd;

import io.github.lrfbench.kernels.DType;

/**
 * How far rounding may have carried {@link GramSvd} from the optimum.
 *
 * <p>The computed vectors are the exact largest eigenvectors of WᵀW + E. By Ky Fan's principle the
 * energy that r of them miss is at most 2 r ‖E‖, and E, which holds the rounding of the product and
 * of the eigensolver, is a small multiple of u σ₁² for unit roundoff u. The multiple grows with the
 * root of the dimension at worst as rounding errors are in practice (Higham and Mary 2019) and was
 * below 4 in all measurements up to 3072; {@link #SAFETY} stands well above.
 */
final class GramAccuracy {
  private static final double SAFETY = 64;

  private GramAccuracy() {}

  /** True if the error is within {@code 1 + tolerance} times the optimum. */
  static boolean isWithin(double tolerance, SvdFactors factors) {
    double unitRoundoff = factors.precision() == DType.F32 ? 0x1p-24 : 0x1p-53;
    double largest = factors.spectrum().value(0);
    double missed = SAFETY * factors.rank() * unitRoundoff * largest * largest;
    double tail = factors.spectrum().tail(factors.rank());
    return missed <= 2 * tolerance * tail * tail;
  }
}
