package io.github.lrfbench.harness.train;

import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.glue.GlueDataset;
import io.github.lrfbench.harness.glue.GlueExample;
import io.github.lrfbench.harness.glue.LabelMap;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.harness.tokenize.Tokenizer;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * Examples with a class or a score.
 *
 * @param sequences one for each example
 * @param targets one for each example: the number of the model's output, or the score
 * @param regression whether targets are scores
 */
public record LabelledExamples(List<TokenSequence> sequences, double[] targets, boolean regression)
    implements TrainingSet {
  /**
   * The examples of a dataset, each tokenized when it is first needed.
   *
   * @param tokenizer stays open as long as the examples are used
   * @param labels from the model's outputs to the task's classes
   * @param maxLength sequences are truncated to this many tokens
   * @throws InputException if an example has no label
   */
  public static LabelledExamples of(
      GlueDataset dataset, Tokenizer tokenizer, LabelMap labels, int maxLength) {
    if (!dataset.isLabelled()) {
      throw new InputException(dataset.source() + " has no labels to train on");
    }
    boolean regression = dataset.task().isRegression();
    List<GlueExample> examples = dataset.examples();
    double[] targets =
        examples.stream()
            .mapToDouble(
                example ->
                    regression ? example.label() : labels.toClass().indexOf((int) example.label()))
            .toArray();
    List<TokenSequence> sequences =
        new LazySequences(
            targets.length,
            i -> tokenizer.encode(examples.get(i).first(), examples.get(i).second(), maxLength));
    return new LabelledExamples(sequences, targets, regression);
  }

  @Override
  public LabelledExamples subset(int[] examples) {
    return new LabelledExamples(
        Arrays.stream(examples).mapToObj(sequences::get).toList(),
        Arrays.stream(examples).mapToDouble(i -> targets[i]).toArray(),
        regression);
  }

  @Override
  public Tensor outputs(Ops ops, Model model, TokenBatch batch, List<Tensor> states) {
    return states == null ? model.forward(ops, batch) : model.forward(ops, batch, states);
  }

  @Override
  public int rows(int example) {
    return 1;
  }

  @Override
  public Tensor outputsFrom(Ops ops, Model model, TokenBatch batch, int from, Tensor state) {
    return model.forwardFrom(ops, batch, from, state);
  }

  @Override
  public double[] weights() {
    double[] weights = new double[targets.length];
    Arrays.fill(weights, 1);
    return weights;
  }

  @Override
  public Objective objective() {
    return regression ? Objective.SQUARED_ERROR : Objective.CROSS_ENTROPY;
  }
}
