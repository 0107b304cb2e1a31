package io.github.lrfbench.harness.calibrate;

import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.train.TrainingSet;
import java.util.List;
import java.util.function.IntConsumer;

/** Runs a model over labelled examples for its Fisher information; dropout is off. */
final class FisherCollector {
  private FisherCollector() {}

  /**
   * Collects.
   *
   * @param inputs collects moments in the passes forward; null for none
   * @param progress receives the number of examples done
   */
  static Fisher collect(
      Model model,
      List<LinearSlot> slots,
      TrainingSet examples,
      MomentsCollector inputs,
      IntConsumer progress) {
    Fisher fisher = new Fisher(slots, model.device().openScope());
    try {
      BackwardPasses.run(
          model,
          examples,
          new PassLabels(Labels.DATA, 0),
          inputs,
          offsets -> new FisherGradients(fisher, offsets),
          progress);
      fisher.divideBy(examples.size());
      return fisher;
    } catch (RuntimeException | Error e) {
      fisher.close();
      throw e;
    }
  }
}
