package io.github.lrfbench.harness.train;

import java.util.Arrays;

/** A loss of rows of outputs and its gradient, computed in double precision on the host. */
public interface Objective {
  /**
   * The weighted sum of the rows' losses.
   *
   * @param outputs [R][outputs], row-major
   * @param targets one for each row: a class or a number
   * @param weights one for each row
   * @param gradient of the outputs' size, receives the gradient of the sum
   */
  double evaluate(float[] outputs, double[] targets, double[] weights, float[] gradient);

  /** Cross entropy of the softmax of logits; targets are classes. */
  Objective CROSS_ENTROPY =
      (logits, targets, weights, gradient) -> {
        int width = logits.length / targets.length;
        double loss = 0;
        for (int row = 0; row < targets.length; row++) {
          if (weights[row] == 0) {
            Arrays.fill(gradient, row * width, (row + 1) * width, 0);
            continue;
          }
          double max = Double.NEGATIVE_INFINITY;
          for (int j = 0; j < width; j++) {
            max = Math.max(max, logits[row * width + j]);
          }
          double sum = 0;
          for (int j = 0; j < width; j++) {
            sum += Math.exp(logits[row * width + j] - max);
          }
          int label = (int) targets[row];
          loss += weights[row] * (Math.log(sum) + max - logits[row * width + label]);
          for (int j = 0; j < width; j++) {
            double probability = Math.exp(logits[row * width + j] - max) / sum;
            double slope = probability - (j == label ? 1 : 0);
            gradient[row * width + j] = (float) (weights[row] * slope);
          }
        }
        return loss;
      };

  /** The squared difference of a score and its target. */
  Objective SQUARED_ERROR =
      (scores, targets, weights, gradient) -> {
        double loss = 0;
        for (int row = 0; row < targets.length; row++) {
          double difference = scores[row] - targets[row];
          loss += weights[row] * difference * difference;
          gradient[row] = (float) (weights[row] * 2 * difference);
        }
        return loss;
      };
}
