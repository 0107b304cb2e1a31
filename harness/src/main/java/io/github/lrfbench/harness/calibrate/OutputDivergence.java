package io.github.lrfbench.harness.calibrate;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.batch.Buckets;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.harness.train.Objective;
import io.github.lrfbench.harness.train.TrainingSet;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How far the outputs of models are from those of another that they were made of: of classifiers
 * and language models the Kullback-Leibler divergence of probabilities at a temperature, of scores
 * the squared difference; the mean over examples, of a text over its tokens.
 */
public final class OutputDivergence {
  /** What logits are divided by (LEMS). */
  static final double TEMPERATURE = 0.6;

  private static final int MAX_SEQUENCES = 64;
  private static final int MAX_TOKENS = 2048;

  private OutputDivergence() {}

  /**
   * A model that differs from another.
   *
   * @param model the same but for some matrices
   * @param from the first block that has one of these; no earlier one is computed again
   */
  public record Changed(Model model, int from) {}

  /**
   * What was found.
   *
   * @param ofEach by model
   * @param ofConstant what a model diverges that gives the mean of the original's outputs for every
   *     example
   */
  public record Result(double[] ofEach, double ofConstant) {}

  /** Divergences of models from the one that they were made of. */
  public static Result of(Model original, List<Changed> models, TrainingSet examples) {
    int[] lengths = examples.sequences().stream().mapToInt(TokenSequence::length).toArray();
    double[] sums = new double[models.size()];
    Mean mean = new Mean();
    for (int[] batch : Buckets.plan(lengths, MAX_SEQUENCES, MAX_TOKENS)) {
      TrainingSet chosen = examples.subset(batch);
      double[] weights = chosen.weights();
      boolean scores = chosen.objective() == Objective.SQUARED_ERROR;
      try (Scope scope = original.device().openScope();
          Ops ops = new EagerOps(original.device())) {
        TokenBatch tokens = TokenBatch.of(scope, chosen.sequences(), original.info());
        List<Tensor> states = new ArrayList<>();
        float[] outputs = chosen.outputs(ops, original, tokens, states).toFloats();
        mean.add(outputs, weights, scores);
        for (int i = 0; i < sums.length; i++) {
          Changed changed = models.get(i);
          try (Ops own = new EagerOps(original.device())) {
            Tensor state = states.get(changed.from());
            float[] others =
                chosen.outputsFrom(own, changed.model(), tokens, changed.from(), state).toFloats();
            sums[i] += divergence(outputs, others, weights, scores);
          }
        }
      }
    }
    return new Result(
        Arrays.stream(sums).map(sum -> sum / lengths.length).toArray(),
        mean.spread() / lengths.length);
  }

  /** The weighted sum over rows. */
  static double divergence(float[] outputs, float[] others, double[] weights, boolean scores) {
    int width = outputs.length / weights.length;
    double sum = 0;
    for (int row = 0; row < weights.length; row++) {
      if (weights[row] == 0) {
        continue;
      }
      int at = row * width;
      if (scores) {
        double difference = (double) outputs[at] - others[at];
        sum += weights[row] * difference * difference;
      } else {
        sum += weights[row] * divergence(outputs, others, at, width);
      }
    }
    return sum;
  }

  private static double divergence(float[] outputs, float[] others, int at, int width) {
    double ofOutputs = logSum(outputs, at, width);
    double ofOthers = logSum(others, at, width);
    double sum = 0;
    for (int j = at; j < at + width; j++) {
      double log = outputs[j] / TEMPERATURE - ofOutputs;
      sum += Math.exp(log) * (log - others[j] / TEMPERATURE + ofOthers);
    }
    return sum;
  }

  /** The logarithm of the sum of a row's exponentials. */
  private static double logSum(float[] logits, int at, int width) {
    double largest = Double.NEGATIVE_INFINITY;
    for (int j = at; j < at + width; j++) {
      largest = Math.max(largest, logits[j] / TEMPERATURE);
    }
    double sum = 0;
    for (int j = at; j < at + width; j++) {
      sum += Math.exp(logits[j] / TEMPERATURE - largest);
    }
    return largest + Math.log(sum);
  }

  /** The mean of all outputs, and how far they are from it. */
  static final class Mean {
    private double[] sums;
    private double weight;

    /** Of scores the sum of squares, of probabilities that of p ln p. */
    private double inner;

    private boolean scores;

    void add(float[] outputs, double[] weights, boolean ofScores) {
      scores = ofScores;
      int width = outputs.length / weights.length;
      sums = sums == null ? new double[width] : sums;
      for (int row = 0; row < weights.length; row++) {
        if (weights[row] > 0) {
          addRow(outputs, row * width, weights[row]);
        }
      }
    }

    private void addRow(float[] outputs, int at, double of) {
      weight += of;
      double logSum = scores ? 0 : logSum(outputs, at, sums.length);
      for (int j = 0; j < sums.length; j++) {
        double log = outputs[at + j] / TEMPERATURE - logSum;
        double value = scores ? outputs[at + j] : Math.exp(log);
        sums[j] += of * value;
        inner += of * value * (scores ? value : log);
      }
    }

    /** The weighted sum over rows of what the mean diverges from them. */
    double spread() {
      double ofMean = 0;
      for (double sum : sums) {
        double value = sum / weight;
        ofMean += value > 0 || scores ? sum * (scores ? value : Math.log(value)) : 0;
      }
      return Math.max(0, inner - ofMean);
    }
  }
}
