package io.github.lrfbench.harness.calibrate;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.batch.Buckets;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.harness.train.TrainingSet;
import io.github.lrfbench.kernels.Scope;
import java.util.Arrays;

/** What a model loses on labelled examples. */
public final class ExampleLosses {
  private static final int MAX_SEQUENCES = 64;
  private static final int MAX_TOKENS = 2048;

  private ExampleLosses() {}

  /** The loss of every example. */
  public static double[] of(Model model, TrainingSet examples) {
    int[] lengths = examples.sequences().stream().mapToInt(TokenSequence::length).toArray();
    double[] losses = new double[lengths.length];
    for (int[] batch : Buckets.plan(lengths, MAX_SEQUENCES, MAX_TOKENS)) {
      TrainingSet chosen = examples.subset(batch);
      float[] outputs;
      try (Scope scope = model.device().openScope();
          Ops ops = new EagerOps(model.device())) {
        TokenBatch tokens = TokenBatch.of(scope, chosen.sequences(), model.info());
        outputs = chosen.outputs(ops, model, tokens, null).toFloats();
      }
      double[] targets = chosen.targets();
      double[] weights = chosen.weights();
      int width = outputs.length / targets.length;
      int from = 0;
      for (int i = 0; i < batch.length; i++) {
        int to = from + chosen.rows(i);
        losses[batch[i]] =
            chosen
                .objective()
                .evaluate(
                    Arrays.copyOfRange(outputs, from * width, to * width),
                    Arrays.copyOfRange(targets, from, to),
                    Arrays.copyOfRange(weights, from, to),
                    new float[(to - from) * width]);
        from = to;
      }
    }
    return losses;
  }

  /** Their mean. */
  public static double mean(Model model, TrainingSet examples) {
    return mean(of(model, examples));
  }

  /** The mean of some losses, at least one. */
  public static double mean(double[] losses) {
    return Arrays.stream(losses).average().orElseThrow();
  }

  /**
   * Whether losses fell, by more than chance would have it.
   *
   * @param before by example
   * @param after of the same examples
   * @param standardErrors by how many of the mean of their differences
   */
  public static boolean fell(double[] before, double[] after, double standardErrors) {
    int count = before.length;
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += before[i] - after[i];
    }
    double mean = sum / count;
    double squares = 0;
    for (int i = 0; i < count; i++) {
      double deviation = before[i] - after[i] - mean;
      squares += deviation * deviation;
    }
    double standardError = Math.sqrt(squares / Math.max(1, count - 1) / count);
    return mean > 0 && mean > standardErrors * standardError;
  }
}
