package io.github.lrfbench.harness.generate;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Follows a single text, by the likeliest token or by a drawn one. */
final class LineSearch implements Search {
  private final GenerationSettings settings;
  private final SplittableRandom random;
  private final int[] text;
  private final int prompt;
  private int length;

  /**
   * A search before its first step.
   *
   * @param prompt its tokens
   * @param number of the prompt: each draws numbers of its own
   */
  LineSearch(GenerationSettings settings, int[] prompt, int number) {
    this.settings = settings;
    this.random = new SplittableRandom(settings.seed() * 1_000_003 + number);
    this.prompt = prompt.length;
    this.length = prompt.length;
    this.text = Arrays.copyOf(prompt, prompt.length + settings.limit().newTokens(prompt.length));
  }

  @Override
  public List<Extension> step(float[][] logits) {
    float[] scores = logits[0];
    settings.rules().apply(new Draft(text, length, prompt, text.length), scores);
    int token =
        settings.sampling() == null ? likeliest(scores) : settings.sampling().draw(scores, random);
    text[length++] = token;
    boolean over = length == text.length || settings.ends().contains(token);
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
    return Arrays.copyOfRange(text, prompt, length);
  }
}
