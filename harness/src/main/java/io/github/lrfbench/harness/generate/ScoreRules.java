package io.github.lrfbench.harness.generate;

import java.util.List;

/**
 * The rules of a search, in the order in which {@code generate} of Hugging Face's transformers
 * applies them.
 *
 * @param first those before the rule of repeated runs
 * @param noRepeat which runs of tokens occur once only
 * @param last those behind it
 * @param normalizes whether a beam search makes likelihoods of the scores again that come out
 */
public record ScoreRules(
    List<ScoreRule> first, NoRepeat noRepeat, List<ScoreRule> last, boolean normalizes) {
  /** Whatever the model holds likely. */
  public static final ScoreRules NONE = of(NoRepeat.NONE);

  /** Copies the lists. */
  public ScoreRules {
    first = List.copyOf(first);
    last = List.copyOf(last);
  }

  /** This rule alone. */
  public static ScoreRules of(NoRepeat noRepeat) {
    return new ScoreRules(List.of(), noRepeat, List.of(), false);
  }

  /** These with another rule of repeated runs. */
  public ScoreRules with(NoRepeat other) {
    return new ScoreRules(first, other, last, normalizes);
  }

  /**
   * Applies all.
   *
   * @param scores of all tokens, modified
   */
  void apply(Draft text, float[] scores) {
    first.forEach(rule -> rule.apply(text, scores));
    noRepeat.forbid(text.tokens(), text.prompt(), text.length(), scores);
    last.forEach(rule -> rule.apply(text, scores));
  }
}
