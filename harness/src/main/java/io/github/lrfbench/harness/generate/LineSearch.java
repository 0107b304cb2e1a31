package io.github.lrfbench.harness.generate;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Follows a single text, by the likeliest token or by a drawn one. */
final class LineSearch implements Search {
  private final GenerationSettings settings;
  private final SplittableRandom random;
  private final int[] tokens;
  private int length;

  /**
   * A search before its first step.
   *
   * @param number of the prompt: each draws numbers of its own
   */
  LineSearch(GenerationSettings settings, int number) {
    this.settings = settings;
    this.random = new SplittableRandom(settings.seed() * 1_000_003 + number);
    this.tokens = new int[settings.maxNewTokens()];
  }

  @Override
  public List<Extension> step(float[][] logits) {
    float[] scores = logits[0];
    RepeatedNgrams.forbid(tokens, length, settings.noRepeatNgram(), scores);
    int token =
        settings.sampling() == null ? likeliest(scores) : settings.sampling().draw(scores, random);
    tokens[length++] = token;
    boolean over = length == tokens.length || settings.ends().contains(token);
    return over ? List.of() : List.of(new Extension(0, token));
  }

  private static int likeliest(float[] scores) {
    int best = 0;
    for (int i = 1; i < scores.length; i++) {
      if (scores[i] > scores[best]) {
        best = i;
      }
    }
    return best;
  }

  @Override
  public int[] result() {
    return Arrays.copyOf(tokens, length);
  }
}
