package io.github.lrfbench.harness.generate;

import io.github.lrfbench.kernels.InputException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Draws tokens from what a model holds likely. First the temperature is applied, then the k
 * likeliest tokens are kept, then of those the fewest that together are likely enough (Holtzman et
 * al. 2020, "The Curious Case of Neural Text Degeneration").
 *
 * @param temperature logits are divided by it
 * @param topK how many tokens are kept; 0 for all
 * @param topP how likely the kept tokens are together; 1 for all
 */
public record Sampling(double temperature, int topK, double topP) {
  /** Checks the numbers. */
  public Sampling {
    if (!(temperature > 0) || Double.isInfinite(temperature)) {
      throw new InputException("--temperature must be above 0, but is " + temperature);
    }
    if (topK < 0) {
      throw new InputException("--top-k must be at least 0, but is " + topK);
    }
    if (!(topP > 0 && topP <= 1)) {
      throw new InputException("--top-p must be in (0, 1], but is " + topP);
    }
  }

  /**
   * What tokens are drawn with.
   *
   * @param logits of all tokens, not modified
   * @return a probability for each; 0 for one that is not kept
   */
  double[] probabilities(float[] logits) {
    int[] order = likeliestFirst(logits);
    double[] exponentials = new double[logits.length];
    double sum = 0;
    for (int token : order) {
      exponentials[token] = Math.exp((logits[token] - logits[order[0]]) / temperature);
      sum += exponentials[token];
    }
    double[] kept = new double[logits.length];
    double before = 0;
    for (int token : order) {
      // The token that reaches the limit is kept.
      if (before >= topP * sum) {
        break;
      }
      kept[token] = exponentials[token];
      before += exponentials[token];
    }
    for (int token : order) {
      kept[token] /= before;
    }
    return kept;
  }

  /** The tokens that topK keeps, in falling order; those as likely as the last are kept too. */
  private int[] likeliestFirst(float[] logits) {
    float least = Float.NEGATIVE_INFINITY;
    if (topK > 0 && topK < logits.length) {
      float[] sorted = logits.clone();
      Arrays.sort(sorted);
      least = sorted[logits.length - topK];
    }
    float limit = least;
    return IntStream.range(0, logits.length)
        .filter(i -> logits[i] >= limit && logits[i] > Float.NEGATIVE_INFINITY)
        .boxed()
        .sorted(Comparator.comparing((Integer i) -> -logits[i]))
        .mapToInt(i -> i)
        .toArray();
  }

  /** Draws a token. */
  int draw(float[] logits, SplittableRandom random) {
    double[] probabilities = probabilities(logits);
    double rest = random.nextDouble();
    int last = 0;
    for (int i = 0; i < probabilities.length; i++) {
      if (probabilities[i] > 0) {
        last = i;
        rest -= probabilities[i];
        if (rest < 0) {
          return i;
        }
      }
    }
    return last;
  }
}
