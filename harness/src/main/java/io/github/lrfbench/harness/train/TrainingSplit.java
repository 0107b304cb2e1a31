package io.github.lrfbench.harness.train;

import java.util.Arrays;

/**
 * Training examples, and those taken out of them to tell which epoch is kept.
 *
 * @param training what is trained on
 * @param heldOut none of them; null where nothing is held out
 */
record TrainingSplit(TrainingSet training, TrainingSet heldOut) {
  /**
   * Splits. What is held out is the end of the seed's order, of which calibration takes the
   * beginning.
   *
   * @throws io.github.lrfbench.kernels.InputException if there are too few examples
   */
  static TrainingSplit of(TrainingSet all, Selection selection, long seed) {
    int held = selection.heldOut(all.size());
    if (held == 0) {
      return new TrainingSplit(all, null);
    }
    int[] order = all.order(seed, 0);
    int left = order.length - held;
    int[] trained = Arrays.copyOf(order, left);
    Arrays.sort(trained);
    return new TrainingSplit(
        all.subset(trained), all.subset(Arrays.copyOfRange(order, left, order.length)));
  }
}
