package io.github.lrfbench.kernels.svd;

import io.github.lrfbench.kernels.DType;

/**
 * How far rounding may have carried {@link GramSvd} from the optimum.
 *
 * <p>The computed vectors are the largest eigenvectors of WᵀW + E, where E holds the rounding of
 * the product and of the eigensolver, some multiple of u σ₁² for unit roundoff u. By Ky Fan's
 * principle the energy that r of them miss is at most 2 r ‖E‖. That is far from sharp, because
 * errors of the vectors enter squared: on flat, algebraic, exponential and step spectra and with an
 * outlier of a hundred times the rest, sizes 256 to 1536, the missed energy was at most 0.01 r u
 * σ₁². {@link #SAFETY} stands well above.
 */
final class GramAccuracy {
  private static final double SAFETY = 4;

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
