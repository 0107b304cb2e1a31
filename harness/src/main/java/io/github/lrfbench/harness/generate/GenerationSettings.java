package io.github.lrfbench.harness.generate;

import io.github.lrfbench.kernels.InputException;
import java.util.Set;

/**
 * How texts are continued. Names and meanings are those of {@code generate} of Hugging Face's
 * transformers.
 *
 * @param limit how long texts may become
 * @param ends tokens that end a text
 * @param beams hypotheses that are followed at once; 1 for no beam search
 * @param lengthPenalty a hypothesis's log likelihood is divided by its length to this power: above
 *     0, longer texts gain
 * @param earlyStopping when a beam search ends
 * @param rules what changes the model's scores of tokens
 * @param sampling draws tokens; null takes the likeliest
 * @param seed of what is drawn
 */
public record GenerationSettings(
    LengthLimit limit,
    Set<Integer> ends,
    int beams,
    double lengthPenalty,
    EarlyStopping earlyStopping,
    ScoreRules rules,
    Sampling sampling,
    long seed) {
  /** More are a mistake, and would not fit into memory. */
  static final int MAX_BEAMS = 1000;

  /** Checks the numbers. */
  public GenerationSettings {
    ends = Set.copyOf(ends);
    require(limit.tokens() >= 1, "--max-new-tokens must be at least 1, but is " + limit.tokens());
    require(
        beams >= 1 && beams <= MAX_BEAMS,
        "--beams must be from 1 to " + MAX_BEAMS + ", but is " + beams);
    require(Double.isFinite(lengthPenalty), "--length-penalty must be a number: " + lengthPenalty);
    require(beams == 1 || sampling == null, "--beams searches; it does not go with sampling");
  }

  /** The likeliest token, again and again. */
  public static GenerationSettings greedy(int maxNewTokens, Set<Integer> ends) {
    return new GenerationSettings(
        LengthLimit.ofContinuation(maxNewTokens),
        ends,
        1,
        1,
        EarlyStopping.WHEN_UNLIKELY,
        ScoreRules.NONE,
        null,
        0);
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new InputException(message);
    }
  }
}
