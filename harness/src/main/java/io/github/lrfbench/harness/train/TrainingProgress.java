package io.github.lrfbench.harness.train;

/**
 * Where training stands.
 *
 * @param step optimizer steps done
 * @param epochLoss sum of the losses of the current epoch's examples so far
 * @param bestMetric of all epochs, NaN before the first
 * @param bestEpoch when it was reached, 0 before the first
 * @param lossScale what the loss is multiplied by
 * @param lossScaleSteps steps since that changed
 * @param seconds since training began
 */
record TrainingProgress(
    long step,
    double epochLoss,
    double bestMetric,
    int bestEpoch,
    double lossScale,
    int lossScaleSteps,
    double seconds) {
  static final TrainingProgress START = new TrainingProgress(0, 0, Double.NaN, 0, 1, 0, 0);
}
