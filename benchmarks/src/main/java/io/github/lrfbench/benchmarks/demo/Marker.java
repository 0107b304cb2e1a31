package io.github.lrfbench.benchmarks.demo;

import java.util.List;

/**
 * A logistic regression on the last hidden state of every token: is it part of an error? It is
 * trained beside the encoder, which learns from it where to look, and thrown away.
 */
final class Marker {
  private final double[] weights;
  private double bias;

  /** A marker that says nothing yet. */
  Marker(int width) {
    weights = new double[width];
  }

  /**
   * The loss summed over the marked sequences, each the mean over its tokens; moves the marker one
   * step against its gradient.
   *
   * @param states [T][width], row-major
   * @param marks by sequence; null where nothing is known
   * @param lengths of the sequences
   * @param rate of the step
   * @param gradient [T][width], receives the gradient of the loss with respect to the states
   */
  double step(float[] states, List<boolean[]> marks, int[] lengths, double rate, float[] gradient) {
    double[] slope = new double[weights.length];
    double biasSlope = 0;
    double loss = 0;
    int row = 0;
    int known = 0;
    for (int s = 0; s < lengths.length; row += lengths[s], s++) {
      if (marks.get(s) == null) {
        continue;
      }
      known++;
      for (int i = 0; i < lengths[s]; i++) {
        int at = (row + i) * weights.length;
        double logit = bias;
        for (int j = 0; j < weights.length; j++) {
          logit += weights[j] * states[at + j];
        }
        double target = marks.get(s)[i] ? 1 : 0;
        loss +=
            (Math.max(logit, 0) - logit * target + Math.log1p(Math.exp(-Math.abs(logit))))
                / lengths[s];
        double error = (1 / (1 + Math.exp(-logit)) - target) / lengths[s];
        biasSlope += error;
        for (int j = 0; j < weights.length; j++) {
          slope[j] += error * states[at + j];
          gradient[at + j] = (float) (error * weights[j]);
        }
      }
    }
    for (int j = 0; j < weights.length; j++) {
      weights[j] -= rate * slope[j] / Math.max(1, known);
    }
    bias -= rate * biasSlope / Math.max(1, known);
    return loss;
  }
}
