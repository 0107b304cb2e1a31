package io.github.lrfbench.harness.demo.language;

/** The grammars of the demo tasks. */
public final class Grammars {
  private Grammars() {}

  /** Is the sentence well formed? Labels: 1 yes, 0 no. */
  public static Grammar acceptability() {
    return new AcceptabilityGrammar();
  }

  /** Does the review like it? Labels: 1 yes, 0 no. */
  public static Grammar sentiment() {
    return new SentimentGrammar();
  }

  /** Does the second sentence follow from the first? Labels: entailment, not_entailment. */
  public static Grammar entailment() {
    return new EntailmentGrammar();
  }

  /** How close are two sentences in meaning? A score from 0.000 to 5.000. */
  public static Grammar similarity() {
    return new SimilarityGrammar();
  }
}
