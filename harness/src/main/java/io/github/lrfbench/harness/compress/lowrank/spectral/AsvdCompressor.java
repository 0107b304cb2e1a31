package io.github.lrfbench.harness.compress.lowrank.spectral;

import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.harness.compress.lowrank.DecompositionRequest;
import io.github.lrfbench.harness.compress.lowrank.DiagonalTransform;
import io.github.lrfbench.harness.compress.lowrank.LowRankFactorization;
import io.github.lrfbench.harness.compress.lowrank.LowRankMethod;
import io.github.lrfbench.harness.compress.lowrank.WeightedSvd;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.kernels.InputException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The method {@code asvd}: W D is cut by truncated SVD and D⁻¹ multiplied back, D being the mean
 * magnitudes of W's inputs to the power of {@code alpha} (Yuan et al. 2023, "ASVD: activation-aware
 * singular value decomposition"). {@code scale=rms} takes the roots of the mean squares instead of
 * mean magnitudes; with {@code alpha=1} that is whitening by the Gram matrix's diagonal alone.
 */
public final class AsvdCompressor extends LowRankMethod {
  /** Scales below this part of the largest are raised to it, before the power is taken. */
  private static final double FLOOR = 1e-6;

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "asvd",
        "SVD weighted by the magnitudes of every matrix's inputs",
        "Yuan et al. 2023",
        Set.of(Need.WEIGHTS, Need.ACTIVATIONS),
        "svd at alpha=0",
        options(
            MethodOption.number("alpha", 0.5, 0, 2),
            MethodOption.choice("scale", "magnitude", "rms"),
            tokens()));
  }

  @Override
  protected List<LowRankFactorization> decompose(DecompositionRequest request) {
    double alpha = request.options().number("alpha");
    boolean magnitude = request.options().is("scale", "magnitude");
    return WeightedSvd.decompose(
        request,
        (slot, scope) -> {
          Moments moments = request.statistics().moments(slot);
          double[] sizes =
              magnitude
                  ? moments.meanMagnitude()
                  : Arrays.stream(Matrices.diagonal(moments.gram())).map(Math::sqrt).toArray();
          return new DiagonalTransform(scales(slot.name(), sizes, alpha));
        });
  }

  /**
   * The diagonal of D, its largest element being 1.
   *
   * @param sizes of the inputs
   * @throws InputException if all inputs are 0 or one is no number
   */
  static double[] scales(String slot, double[] sizes, double alpha) {
    double largest = 0;
    for (double size : sizes) {
      if (!Double.isFinite(size)) {
        throw new InputException("the inputs of " + slot + " are no numbers");
      }
      largest = Math.max(largest, size);
    }
    if (largest == 0) {
      throw new InputException("all inputs of " + slot + " are zero on the calibration examples");
    }
    double most = largest;
    return Arrays.stream(sizes)
        .map(size -> Math.pow(Math.max(size / most, FLOOR), alpha))
        .toArray();
  }

  @Override
  protected Map<String, String> constants() {
    return Map.of("floor", Double.toString(FLOOR));
  }
}
