package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.measure.Clock;
import io.github.lrfbench.harness.measure.MachineWatch;
import io.github.lrfbench.harness.measure.Rounds;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.sweep.Conditions.Energy;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.harness.train.TrainingSet;
import io.github.lrfbench.kernels.Scope;
import java.util.ArrayList;
import java.util.List;

/**
 * Times passes over a task's own inputs, one sequence at a time. Of every input the models take
 * turns, A B C C B A, so that a machine that gets busier does it to all. No pass is captured: each
 * is another.
 */
final class InputProbe {
  /** More make files large, not results better. */
  private static final int MOST_INPUTS = 1000;

  /**
   * How many the inputs are shared out among; how much these differ tells what a ratio is worth.
   */
  private static final int SECTIONS = 20;

  private static final int WARMUP = 20;

  private InputProbe() {}

  /**
   * Times models.
   *
   * @param models the first is of interest
   * @param inputs of which the most that are timed are drawn in an order that is always the same
   */
  static ExitTiming measure(List<Model> models, List<TokenSequence> inputs) {
    int[] order = TrainingSet.order(inputs.size(), 0, 0);
    int count = Math.min(order.length, MOST_INPUTS);
    long[] first = new long[models.size()];
    for (int i = 0; i < Math.min(count, WARMUP); i++) {
      long[] times = inTurns(models, inputs.get(order[i]), i);
      first = i == 0 ? times : first;
    }
    MachineWatch watch = new MachineWatch(models.get(0).device());
    List<long[][]> rounds = new ArrayList<>();
    int sections = Math.min(SECTIONS, count);
    for (int section = 0; section < sections; section++) {
      int from = section * count / sections;
      int to = (section + 1) * count / sections;
      long[][] round = new long[models.size()][to - from];
      for (int i = from; i < to; i++) {
        long[] times = inTurns(models, inputs.get(order[i]), i);
        for (int subject = 0; subject < times.length; subject++) {
          round[subject][i - from] = times[subject];
        }
      }
      rounds.add(round);
    }
    watch.sample(() -> inTurns(models, inputs.get(order[0]), 0));
    return new ExitTiming(
        new Rounds(first, rounds, null), new Conditions(Energy.NONE, watch.state()));
  }

  /** Nanoseconds of each model's pass over one input. */
  private static long[] inTurns(List<Model> models, TokenSequence input, int turn) {
    long[] times = new long[models.size()];
    try (Scope scope = models.get(0).device().openScope()) {
      TokenBatch batch = TokenBatch.of(scope, List.of(input), models.get(0).info());
      for (int i = 0; i < times.length; i++) {
        int subject = turn % 2 == 0 ? i : times.length - 1 - i;
        times[subject] = nanos(models.get(subject), batch);
      }
    }
    return times;
  }

  private static long nanos(Model model, TokenBatch batch) {
    long start = Clock.SYSTEM.nanoTime();
    try (Ops ops = new EagerOps(model.device())) {
      model.forward(ops, batch);
    }
    model.device().synchronize();
    return Clock.SYSTEM.nanoTime() - start;
  }
}
