package io.github.lrfbench.harness.generate;

/** Changes what a model holds of the tokens that may follow a text. */
@FunctionalInterface
interface ScoreRule {
  /**
   * Applies the rule.
   *
   * @param scores of all tokens, modified; of a beam search logarithms of likelihoods, else logits
   */
  void apply(Draft text, float[] scores);
}
