package io.github.lrfbench.harness.train;

import io.github.lrfbench.harness.glue.GlueDataset;
import io.github.lrfbench.harness.glue.GlueExample;
import io.github.lrfbench.harness.glue.LabelMap;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.harness.tokenize.Tokenizer;
import io.github.lrfbench.kernels.InputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Tokenized examples to train on.
 *
 * @param sequences one for each example
 * @param targets one for each example: the number of the model's output, or the score
 * @param regression whether targets are scores
 */
public record TrainingSet(List<TokenSequence> sequences, double[] targets, boolean regression) {
  /**
   * Tokenizes a dataset.
   *
   * @param labels from the model's outputs to the task's classes
   * @param maxLength sequences are truncated to this many tokens
   * @throws InputException if an example has no label
   */
  public static TrainingSet of(
      GlueDataset dataset, Tokenizer tokenizer, LabelMap labels, int maxLength) {
    if (!dataset.isLabelled()) {
      throw new InputException(dataset.source() + " has no labels to train on");
    }
    boolean regression = dataset.task().isRegression();
    List<TokenSequence> sequences = new ArrayList<>();
    double[] targets = new double[dataset.examples().size()];
    for (int i = 0; i < targets.length; i++) {
      GlueExample example = dataset.examples().get(i);
      sequences.add(tokenizer.encode(example.first(), example.second(), maxLength));
      targets[i] = regression ? example.label() : labels.toClass().indexOf((int) example.label());
    }
    return new TrainingSet(List.copyOf(sequences), targets, regression);
  }

  /** Number of examples. */
  public int size() {
    return targets.length;
  }

  /** The loss that fits the targets. */
  public Objective objective() {
    return regression ? Objective.SQUARED_ERROR : Objective.CROSS_ENTROPY;
  }

  /**
   * Some of the examples, drawn without repetition.
   *
   * @param count the most to take; all if there are no more
   */
  public TrainingSet sample(int count, long seed) {
    return count >= size() ? this : subset(Arrays.copyOf(order(seed, 0), count));
  }

  /** The examples of these numbers, in this order. */
  public TrainingSet subset(int[] chosen) {
    return new TrainingSet(
        Arrays.stream(chosen).mapToObj(sequences::get).toList(),
        Arrays.stream(chosen).mapToDouble(i -> targets[i]).toArray(),
        regression);
  }

  /** The order of the examples in an epoch, which the seed and the epoch's number decide. */
  int[] order(long seed, int epoch) {
    SplittableRandom random = new SplittableRandom(seed * 1_000_003 + epoch);
    int[] order = new int[size()];
    for (int i = 0; i < order.length; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }
}
