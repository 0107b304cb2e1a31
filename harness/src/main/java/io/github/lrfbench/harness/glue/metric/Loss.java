package io.github.lrfbench.harness.glue.metric;

/** Mean losses, in natural logarithms and float64. */
public final class Loss {
  private Loss() {}

  /**
   * Mean cross entropy of the softmax over classes.
   *
   * @param labels true classes [examples], not modified
   * @param logits [examples][classes], not modified
   * @return NaN or infinity where logits are not finite
   * @throws IllegalArgumentException if there is no example, lengths differ or a class has no logit
   */
  public static double crossEntropy(int[] labels, float[][] logits) {
    Arguments.requireSameLength(labels.length, logits.length);
    double sum = 0;
    for (int i = 0; i < labels.length; i++) {
      int label = Arguments.requireClass(labels[i], logits[i].length);
      sum += logSumExpMinus(logits[i][label], logits[i]);
    }
    return sum / labels.length;
  }

  /**
   * Mean squared error.
   *
   * @param labels true scores [examples], not modified
   * @param predictions predicted scores [examples], not modified
   * @throws IllegalArgumentException if there is no example or lengths differ
   */
  public static double meanSquaredError(double[] labels, double[] predictions) {
    Arguments.requireSameLength(labels.length, predictions.length);
    double sum = 0;
    for (int i = 0; i < labels.length; i++) {
      sum += (predictions[i] - labels[i]) * (predictions[i] - labels[i]);
    }
    return sum / labels.length;
  }

  /** Without adding a large logit to a small logarithm, which would vanish. */
  private static double logSumExpMinus(float logit, float[] logits) {
    double largest = Double.NEGATIVE_INFINITY;
    for (float other : logits) {
      largest = Math.max(largest, other);
    }
    double sum = 0;
    for (float other : logits) {
      sum += Math.exp(other - largest);
    }
    return largest - logit + Math.log(sum);
  }
}
