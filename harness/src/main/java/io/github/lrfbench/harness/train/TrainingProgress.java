package io.github.lrfbench.harness.train;

/**
 * Where training stands.
 *
 * @param step optimizer steps done
 * @param epochLoss sum of the losses of the current epoch's examples so far
 * @param metric of the kept epoch, NaN before the first
 * @param keptEpoch whose weights are kept, 0 before the first
 * @param heldOutLoss of the kept epoch, NaN where nothing is held out
 * @param lossScale what the loss is multiplied by
 * @param lossScaleSteps steps since that changed
 * @param seconds since training began
 */
record TrainingProgress(
    long step,
    double epochLoss,
    double metric,
    int keptEpoch,
    double heldOutLoss,
    double lossScale,
    int lossScaleSteps,
    double seconds) {
  static final TrainingProgress START =
      new TrainingProgress(0, 0, Double.NaN, 0, Double.NaN, 1, 0, 0);
}
