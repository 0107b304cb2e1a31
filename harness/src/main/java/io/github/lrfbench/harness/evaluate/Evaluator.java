package io.github.lrfbench.harness.evaluate;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.batch.Buckets;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.ModelInfo.Output;
import io.github.lrfbench.harness.model.ScoreFunction;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * Runs forward passes over many sequences in batches of similar length. Sequences are packed
 * without padding, so that the batches change nothing but the speed, and the rounding of inputs
 * whose outliers are those of a batch. They depend on nothing but the sequences.
 *
 * @param maxSequences the most sequences in a batch
 * @param maxTokens the most tokens in a batch
 */
public record Evaluator(int maxSequences, int maxTokens) {
  /** Batches whose activations stay in the processor's caches. */
  public static final Evaluator DEFAULT = new Evaluator(32, 2048);

  /**
   * A model's outputs for every example: logits, a score, or of a sentence encoder how like the two
   * embeddings are.
   *
   * @param progress receives the number of sequences done after every batch
   * @return [examples][outputs]
   */
  public float[][] predict(Model model, TokenizedDataset data, IntConsumer progress) {
    float[][] first = outputs(model, data.sequences(), progress);
    ScoreFunction score = model.info().score();
    if (model.info().output() != Output.EMBEDDING) {
      for (float[] outputs : first) {
        for (int i = 0; i < outputs.length; i++) {
          outputs[i] = score.of(outputs[i]);
        }
      }
      return first;
    }
    int done = first.length;
    float[][] second = outputs(model, data.seconds(), count -> progress.accept(done + count));
    float[][] scores = new float[first.length][];
    for (int i = 0; i < first.length; i++) {
      scores[i] = new float[] {score.of(first[i], second[i])};
    }
    return scores;
  }

  /**
   * What the forward pass gives for every sequence.
   *
   * @param progress receives the number of sequences done after every batch
   * @return [sequences][outputs]
   */
  public float[][] outputs(Model model, List<TokenSequence> sequences, IntConsumer progress) {
    int[] lengths = sequences.stream().mapToInt(TokenSequence::length).toArray();
    float[][] outputs = new float[sequences.size()][];
    model
        .device()
        .withSteadyWeights(
            () -> {
              int done = 0;
              for (int[] batch : Buckets.plan(lengths, maxSequences, maxTokens)) {
                forward(model, sequences, batch, outputs);
                done += batch.length;
                progress.accept(done);
              }
            });
    return outputs;
  }

  private static void forward(
      Model model, List<TokenSequence> sequences, int[] batch, float[][] outputs) {
    try (Scope scope = model.device().openScope();
        Ops ops = new EagerOps(model.device())) {
      List<TokenSequence> chosen = Arrays.stream(batch).mapToObj(sequences::get).toList();
      Tensor output = model.predict(ops, TokenBatch.of(scope, chosen, model.info()));
      int width = Math.toIntExact(output.shape().dim(1));
      for (int i = 0; i < batch.length; i++) {
        outputs[batch[i]] = new float[width];
        output.read((long) i * width, outputs[batch[i]], 0, width);
      }
    }
  }
}
