package io.github.lrfbench.harness.generate;

import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** The rules of {@code generate} of Hugging Face's transformers, each with its arithmetic. */
final class TokenRules {
  private TokenRules() {}

  /** A run of tokens, and what is added to the score of the last one after the others. */
  record Bias(List<Integer> run, float value) {}

  /** {@code sequence_bias}, and {@code bad_words_ids} with values of minus infinity. */
  static ScoreRule biases(List<Bias> biases) {
    int[][] runs =
        biases.stream()
            .map(bias -> bias.run().stream().mapToInt(token -> token).toArray())
            .toArray(int[][]::new);
    return (text, scores) -> {
      // All of a token's are summed before one is added, as a sum in this order is rounded.
      float[] sums = new float[scores.length];
      for (int i = 0; i < runs.length; i++) {
        if (text.endsIn(runs[i], runs[i].length - 1)) {
          sums[runs[i][runs[i].length - 1]] += biases.get(i).value();
        }
      }
      for (int token = 0; token < scores.length; token++) {
        scores[token] += sums[token];
      }
    };
  }

  /**
   * {@code repetition_penalty} (Keskar et al. 2019, "CTRL"), and its inverse, {@code
   * encoder_repetition_penalty}.
   *
   * @param promptOnly whether only the prompt's tokens are concerned
   */
  static ScoreRule repetition(float penalty, boolean promptOnly) {
    return (text, scores) -> {
      int end = promptOnly ? text.prompt() : text.length();
      Arrays.stream(text.tokens(), 0, end)
          .distinct()
          .forEach(
              token -> {
                float score = scores[token];
                scores[token] = score < 0 ? score * penalty : score / penalty;
              });
    };
  }

  /** {@code encoder_no_repeat_ngram_size}: no run of the prompt is repeated. */
  static ScoreRule noRunOfPrompt(int size) {
    return (text, scores) -> {
      if (size > text.prompt()) {
        return;
      }
      for (int end = size - 1; end < text.prompt(); end++) {
        int[] run = Arrays.copyOfRange(text.tokens(), end - size + 1, end);
        if (text.endsIn(run, run.length)) {
          scores[text.tokens()[end]] = Float.NEGATIVE_INFINITY;
        }
      }
    };
  }

  /** {@code min_length}, or {@code min_new_tokens}: the text does not end before it is so long. */
  static ScoreRule minimum(int tokens, boolean withPrompt, Set<Integer> ends) {
    return (text, scores) -> {
      if ((withPrompt ? text.length() : text.added()) < tokens) {
        forbid(ends, scores);
      }
    };
  }

  /** {@code forced_bos_token_id}: what follows a prompt of a single token. */
  static ScoreRule forcedSecond(int token) {
    return (text, scores) -> {
      if (text.length() == 1) {
        force(Set.of(token), scores);
      }
    };
  }

  /** {@code forced_eos_token_id}: what a text of the greatest length ends in. */
  static ScoreRule forcedLast(Set<Integer> tokens) {
    return (text, scores) -> {
      if (text.length() == text.longest() - 1) {
        force(tokens, scores);
      }
    };
  }

  /** {@code remove_invalid_values}. */
  static ScoreRule finite() {
    return (text, scores) -> {
      for (int token = 0; token < scores.length; token++) {
        float bounded = Math.max(-Float.MAX_VALUE, Math.min(scores[token], Float.MAX_VALUE));
        scores[token] = Float.isNaN(bounded) ? 0 : bounded;
      }
    };
  }

  /**
   * {@code exponential_decay_length_penalty}: ends become likelier.
   *
   * @param start after so many new tokens
   * @param factor by this power of its own a score grows
   */
  static ScoreRule growingEnds(int start, double factor, Set<Integer> ends) {
    return (text, scores) -> {
      if (text.added() > start) {
        float growth = (float) (Math.pow(factor, text.added() - start) - 1);
        for (int end : ends) {
          if (end < scores.length && Float.isFinite(scores[end])) {
            scores[end] += Math.abs(scores[end]) * growth;
          }
        }
      }
    };
  }

  /** {@code suppress_tokens}. */
  static ScoreRule never(Set<Integer> tokens) {
    return (text, scores) -> forbid(tokens, scores);
  }

  /**
   * {@code begin_suppress_tokens}: as the first new token, or the second where the first is forced.
   */
  static ScoreRule notFirst(Set<Integer> tokens, boolean firstIsForced) {
    return (text, scores) -> {
      int first = text.prompt() > 1 || !firstIsForced ? 0 : 1;
      if (text.added() == first) {
        forbid(tokens, scores);
      }
    };
  }

  private static void forbid(Set<Integer> tokens, float[] scores) {
    for (int token : tokens) {
      if (token >= 0 && token < scores.length) {
        scores[token] = Float.NEGATIVE_INFINITY;
      }
    }
  }

  private static void force(Set<Integer> tokens, float[] scores) {
    Arrays.fill(scores, Float.NEGATIVE_INFINITY);
    tokens.forEach(token -> scores[token] = 0);
  }
}
