package io.github.lrfbench.harness.train;

/** A loss of a batch's outputs and its gradient, computed in double precision on the host. */
public interface Objective {
  /**
   * The mean loss of a batch.
   *
   * @param outputs [B][outputs], row-major
   * @param targets one for each row: a class or a number
   * @param gradient of the outputs' size, receives the gradient of the mean loss
   */
  double evaluate(float[] outputs, double[] targets, float[] gradient);

  /** Cross entropy of the softmax of logits; targets are classes. */
  Objective CROSS_ENTROPY =
      (logits, targets, gradient) -> {
        int width = logits.length / targets.length;
        double loss = 0;
        for (int row = 0; row < targets.length; row++) {
          double max = Double.NEGATIVE_INFINITY;
          for (int j = 0; j < width; j++) {
            max = Math.max(max, logits[row * width + j]);
          }
          double sum = 0;
          for (int j = 0; j < width; j++) {
            sum += Math.exp(logits[row * width + j] - max);
          }
          int label = (int) targets[row];
          loss += Math.log(sum) + max - logits[row * width + label];
          for (int j = 0; j < width; j++) {
            double probability = Math.exp(logits[row * width + j] - max) / sum;
            double slope = probability - (j == label ? 1 : 0);
            gradient[row * width + j] = (float) (slope / targets.length);
          }
        }
        return loss / targets.length;
      };

  /** The squared difference of a score and its target. */
  Objective SQUARED_ERROR =
      (scores, targets, gradient) -> {
        double loss = 0;
        for (int row = 0; row < targets.length; row++) {
          double difference = scores[row] - targets[row];
          loss += difference * difference;
          gradient[row] = (float) (2 * difference / targets.length);
        }
        return loss / targets.length;
      };
}
