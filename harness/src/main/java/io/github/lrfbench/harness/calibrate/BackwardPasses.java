package io.github.lrfbench.harness.calibrate;

import io.github.lrfbench.harness.autograd.LayerGradients;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.Tape;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.train.TrainingSet;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.ArrayList;
import java.util.function.Function;
import java.util.function.IntConsumer;

/**
 * Runs a model over labelled examples, forward and back, dropout being off. The gradients are those
 * of every example's own loss.
 */
final class BackwardPasses {
  private BackwardPasses() {}

  /**
   * Runs over all examples.
   *
   * @param gradients makes what receives a batch's gradients, given where its sequences begin, and
   *     the last ends
   * @param progress receives the number of examples done
   */
  static void run(
      Model model,
      TrainingSet examples,
      Function<int[], LayerGradients> gradients,
      IntConsumer progress) {
    run(model, examples, new PassLabels(Labels.DATA, 0), null, gradients, progress);
  }

  /**
   * Runs over all examples, by some labels as often as they take.
   *
   * @param inputs collects moments in the first pass over each batch; null for none
   * @param gradients makes what receives the gradients of one pass over a batch, given where its
   *     sequences begin, and the last ends
   * @param progress receives the number of examples done
   * @throws io.github.lrfbench.kernels.InputException if there are too many labels
   */
  static void run(
      Model model,
      TrainingSet examples,
      PassLabels labels,
      MomentsCollector inputs,
      Function<int[], LayerGradients> gradients,
      IntConsumer progress) {
    labels.check(examples);
    int done = 0;
    for (int[] batch : CalibrationBatches.of(examples.sequences())) {
      TrainingSet chosen = examples.subset(batch);
      int passes = 1;
      for (int pass = 0; pass < passes; pass++) {
        passes = run(model, chosen, labels.of(batch, pass), pass == 0 ? inputs : null, gradients);
      }
      done += batch.length;
      progress.accept(done);
    }
  }

  private static int run(
      Model model,
      TrainingSet batch,
      PassLabels.Pass pass,
      MomentsCollector inputs,
      Function<int[], LayerGradients> gradients) {
    Device device = model.device();
    int[] offsets = new int[batch.size() + 1];
    for (int i = 0; i < batch.size(); i++) {
      offsets[i + 1] = offsets[i] + batch.sequences().get(i).length();
    }
    try (Scope scope = device.openScope();
        Tape tape = new Tape(device, gradients.apply(offsets))) {
      TokenBatch tokens = TokenBatch.of(scope, batch.sequences(), model.info());
      // With all hidden states: nothing is left out that the output does not depend on.
      Ops ops = inputs == null ? tape.ops() : inputs.observe(tape.ops(), tokens);
      Tensor outputs = batch.outputs(ops, model, tokens, new ArrayList<>());
      int passes = pass.begin(batch, tape, outputs);
      tape.backward();
      return passes;
    }
  }
}
