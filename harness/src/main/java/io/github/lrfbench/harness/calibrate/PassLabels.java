package io.github.lrfbench.harness.calibrate;

import io.github.lrfbench.harness.autograd.Tape;
import io.github.lrfbench.harness.train.Objective;
import io.github.lrfbench.harness.train.TextExamples;
import io.github.lrfbench.harness.train.TrainingSet;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.SplittableRandom;

/**
 * What backward passes over a batch begin with. Squares of gradients by all labels of a classifier,
 * weighted by their probabilities p, are those of the columns of any root of the loss's Hessian in
 * the logits, Σ pₖ (eₖ − p)(eₖ − p)ᵀ = diag(p) − p pᵀ; a root of c − 1 columns takes c − 1 passes
 * instead of c. A score is taken for the mean of a normal distribution of variance ½, of which the
 * squared difference is the likelihood: the expectation is that of the score's derivative times √2.
 *
 * @param seed of the labels that are drawn
 */
record PassLabels(Labels labels, long seed) {
  /**
   * Refuses to go through all words of a vocabulary.
   *
   * @throws InputException for a language model's examples
   */
  void check(TrainingSet examples) {
    if (labels == Labels.EXPECTED && examples instanceof TextExamples) {
      throw new InputException(
          "labels=expected takes a backward pass for every label, and of a language model those are"
              + " all words: give labels=data or labels=sampled");
    }
  }

  /**
   * The passes over a batch.
   *
   * @param examples the numbers of the batch's examples, which decide what is drawn for them
   */
  Pass of(int[] examples, int number) {
    return new Pass(examples, number);
  }

  /** One of a batch's passes. */
  final class Pass {
    private final int[] examples;
    private final int number;

    private Pass(int[] examples, int number) {
      this.examples = examples;
      this.number = number;
    }

    /**
     * Leaves the gradient of outputs on the tape.
     *
     * @return how many passes the batch takes
     */
    int begin(TrainingSet batch, Tape tape, Tensor outputs) {
      switch (labels) {
        case DATA -> batch.loss(tape, outputs, 1);
        case SAMPLED -> batch.loss(tape, outputs, draw(batch, outputs), 1);
        case EXPECTED -> {
          return expected(batch, tape, outputs);
        }
      }
      return 1;
    }

    private double[] draw(TrainingSet batch, Tensor outputs) {
      int width = Math.toIntExact(outputs.shape().dim(-1));
      double[] drawn = new double[Math.toIntExact(outputs.shape().size() / width)];
      float[] row = new float[width];
      int at = 0;
      for (int i = 0; i < examples.length; i++) {
        SplittableRandom random = new SplittableRandom(seed * 1_000_003 + examples[i]);
        for (int last = at + batch.rows(i); at < last; at++) {
          outputs.read((long) at * width, row, 0, width);
          drawn[at] =
              isScore(batch)
                  ? row[0] + random.nextGaussian() * Math.sqrt(0.5)
                  : PassLabels.drawn(softmax(row), random.nextDouble());
        }
      }
      return drawn;
    }

    private int expected(TrainingSet batch, Tape tape, Tensor outputs) {
      int width = Math.toIntExact(outputs.shape().dim(-1));
      float[] values = outputs.toFloats();
      float[] slopes = new float[values.length];
      float[] row = new float[width];
      for (int from = 0; from < values.length; from += width) {
        System.arraycopy(values, from, row, 0, width);
        double[] column =
            isScore(batch) ? new double[] {Math.sqrt(2)} : column(softmax(row), number);
        for (int j = 0; j < width; j++) {
          slopes[from + j] = (float) column[j];
        }
      }
      try (Scope scope = outputs.device().openScope()) {
        tape.addGradient(outputs, Matrix.of(scope.floats(slopes, outputs.shape().toArray())));
      }
      return isScore(batch) ? 1 : Math.max(1, width - 1);
    }
  }

  private static boolean isScore(TrainingSet batch) {
    return batch.objective() == Objective.SQUARED_ERROR;
  }

  static double[] softmax(float[] logits) {
    double max = Double.NEGATIVE_INFINITY;
    for (float logit : logits) {
      max = Math.max(max, logit);
    }
    double[] p = new double[logits.length];
    double sum = 0;
    for (int j = 0; j < p.length; j++) {
      p[j] = Math.exp(logits[j] - max);
      sum += p[j];
    }
    for (int j = 0; j < p.length; j++) {
      p[j] /= sum;
    }
    return p;
  }

  private static int drawn(double[] p, double uniform) {
    double sum = 0;
    for (int j = 0; j < p.length; j++) {
      sum += p[j];
      if (uniform < sum) {
        return j;
      }
    }
    return p.length - 1;
  }

  /** A column of the Cholesky factor of diag(p) − p pᵀ. */
  static double[] column(double[] p, int number) {
    double rest = 0;
    for (int j = p.length - 1; j > number; j--) {
      rest += p[j];
    }
    double[] column = new double[p.length];
    if (rest > 0) {
      double pivot = Math.sqrt(p[number] * rest / (p[number] + rest));
      column[number] = pivot;
      for (int j = number + 1; j < p.length; j++) {
        column[j] = -pivot * (p[j] / rest);
      }
    }
    return column;
  }
}
