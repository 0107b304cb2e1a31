package io.github.lrfbench.harness.calibrate;

import io.github.lrfbench.harness.autograd.Tape;
import io.github.lrfbench.harness.batch.Buckets;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.harness.train.TrainingSet;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;

/** Runs a model over labelled examples for its Fisher information; dropout is off. */
final class FisherCollector {
  private static final int MAX_SEQUENCES = 32;
  private static final int MAX_TOKENS = 2048;

  private FisherCollector() {}

  /**
   * Collects.
   *
   * @param progress receives the number of examples done
   */
  static Fisher collect(
      Model model, List<LinearSlot> slots, TrainingSet examples, IntConsumer progress) {
    Fisher fisher = new Fisher(slots, model.device().openScope());
    try {
      int[] lengths = examples.sequences().stream().mapToInt(TokenSequence::length).toArray();
      int done = 0;
      for (int[] batch : Buckets.plan(lengths, MAX_SEQUENCES, MAX_TOKENS)) {
        add(model, fisher, examples, batch);
        done += batch.length;
        progress.accept(done);
      }
      for (String slot : fisher.slots()) {
        Matrix sums = fisher.of(slot);
        double[] shares = new double[sums.rows()];
        Arrays.fill(shares, 1.0 / examples.size());
        model.device().blas().scaleRows(sums, shares);
      }
      return fisher;
    } catch (RuntimeException | Error e) {
      fisher.close();
      throw e;
    }
  }

  private static void add(Model model, Fisher fisher, TrainingSet examples, int[] batch) {
    Device device = model.device();
    TrainingSet chosen = examples.subset(batch);
    int[] offsets = new int[batch.length + 1];
    for (int i = 0; i < batch.length; i++) {
      offsets[i + 1] = offsets[i] + chosen.sequences().get(i).length();
    }
    try (Scope scope = device.openScope();
        Tape tape = new Tape(device, new FisherGradients(fisher, offsets), null)) {
      TokenBatch tokens = TokenBatch.of(scope, chosen.sequences());
      // With all hidden states: nothing is left out that the output does not depend on.
      chosen.loss(tape, chosen.outputs(tape.ops(), model, tokens, new ArrayList<>()), 1);
      tape.backward();
    }
  }
}
