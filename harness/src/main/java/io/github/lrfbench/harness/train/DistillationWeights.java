package io.github.lrfbench.harness.train;

import io.github.lrfbench.kernels.InputException;

/**
 * How much a student learns of what a teacher's pass shows.
 *
 * @param outputs α: the loss is (1 - α) times that of the labels and α T² times the divergence of
 *     the student's from the teacher's probabilities at temperature T (Hinton et al. 2015); of
 *     scores, their squared difference
 * @param hidden of the mean squared difference of hidden states, summed over the embeddings and all
 *     blocks (Jiao et al. 2020), which is added
 * @param attention of the mean divergence, over tokens and heads, of the student's from the
 *     teacher's attention maps, summed over all blocks (Edalati et al. 2022, "KnGPT2"), which is
 *     added
 * @param scores of the mean squared difference of scores before the softmax, over heads and pairs
 *     of tokens that see each other, summed over all blocks (Tahaei et al. 2022, "KroneckerBERT"),
 *     which is added
 */
public record DistillationWeights(double outputs, double hidden, double attention, double scores) {
  /** Nothing is learnt from a teacher. */
  public static final DistillationWeights NONE = new DistillationWeights(0, 0, 0, 0);

  /**
   * Checks the weights.
   *
   * @throws InputException if one is out of its range
   */
  public DistillationWeights {
    if (!(outputs >= 0 && outputs <= 1)) {
      throw new InputException("--distill must be from 0 to 1, but is " + outputs);
    }
    requireWeight("--distill-hidden", hidden);
    requireWeight("--distill-attention", attention);
    requireWeight("--distill-scores", scores);
  }

  private static void requireWeight(String option, double weight) {
    if (!(weight >= 0 && weight < Double.POSITIVE_INFINITY)) {
      throw new InputException(option + " must be a finite number of at least 0, but is " + weight);
    }
  }

  /** Whether a teacher is needed. */
  public boolean any() {
    return !equals(NONE);
  }

  /** Whether attentions are compared. */
  boolean followAttention() {
    return attention > 0 || scores > 0;
  }
}
