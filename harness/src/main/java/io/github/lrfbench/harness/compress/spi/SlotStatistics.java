package io.github.lrfbench.harness.compress.spi;

import io.github.lrfbench.harness.calibrate.ActivationMoments;
import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.harness.calibrate.Calibrator;
import io.github.lrfbench.harness.calibrate.CrossMoments;
import io.github.lrfbench.harness.calibrate.Fisher;
import io.github.lrfbench.harness.calibrate.FisherFactors;
import io.github.lrfbench.harness.model.LinearSlot;

/**
 * What a method may ask of matrices' inputs and gradients.
 *
 * @param calibrator gives what belongs to the dense model; null if there is no calibration data
 * @param sequential moments of the inputs in the model that is compressed so far; null where the
 *     dense model's count
 * @param cross moments of the one input that all matrices of a request read, in the dense model and
 *     in the one that is compressed so far; null where there are none
 */
public record SlotStatistics(
    Calibrator calibrator, ActivationMoments sequential, CrossMoments cross) {
  /** Statistics of one model at a time. */
  public SlotStatistics(Calibrator calibrator, ActivationMoments sequential) {
    this(calibrator, sequential, null);
  }

  /** Moments of the input of a slot's matrix. */
  public Moments moments(LinearSlot slot) {
    ActivationMoments moments = sequential == null ? calibrator.moments() : sequential;
    return moments.of(slot.name());
  }

  /** The Fisher information of the dense model's matrices. */
  public Fisher fisher() {
    return calibrator.fisher();
  }

  /** Factors that stand for the Fisher information of the dense model's matrices. */
  public FisherFactors fisherFactors(FisherFactors.Source source) {
    return calibrator.fisherFactors(source);
  }
}
