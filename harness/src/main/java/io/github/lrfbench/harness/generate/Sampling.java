package io.github.lrfbench.harness.generate;

import io.github.lrfbench.kernels.InputException;
import java.util.PriorityQueue;
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
 * @param cutoffs what else decides which tokens are kept
 */
public record Sampling(double temperature, int topK, double topP, Cutoffs cutoffs) {
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

  /** Without further cutoffs. */
  public Sampling(double temperature, int topK, double topP) {
    this(temperature, topK, topP, Cutoffs.NONE);
  }

  /**
   * What tokens are drawn with.
   *
   * @param all logits of all tokens, not modified
   * @return a probability for each; 0 for one that is not kept
   */
  double[] probabilities(float[] all) {
    float[] logits = cutoffs.beforeTopK(all, temperature);
    float max = Float.NEGATIVE_INFINITY;
    for (float logit : logits) {
      max = logit > max ? logit : max;
    }
    float least = leastOfTopK(logits);
    double[] weights = new double[logits.length];
    double sum = 0;
    for (int i = 0; i < logits.length; i++) {
      if (logits[i] >= least && logits[i] > Float.NEGATIVE_INFINITY) {
        weights[i] = Math.exp((logits[i] - max) / temperature);
        sum += weights[i];
      }
    }
    double kept = topP < 1 ? keepLikeliest(logits, weights, sum) : sum;
    for (int i = 0; i < weights.length; i++) {
      weights[i] = weights[i] == 0 ? 0 : weights[i] / kept;
    }
    cutoffs.afterTopP(weights);
    return weights;
  }

  /** The logit of the k-th likeliest token; tokens as likely as it are kept too. */
  private float leastOfTopK(float[] logits) {
    if (topK == 0 || topK >= logits.length) {
      return Float.NEGATIVE_INFINITY;
    }
    PriorityQueue<Float> likeliest = new PriorityQueue<>();
    for (float logit : logits) {
      if (likeliest.size() < topK) {
        likeliest.add(logit);
      } else if (logit > likeliest.element()) {
        likeliest.remove();
        likeliest.add(logit);
      }
    }
    return likeliest.element();
  }

  /**
   * Sets the weight of all tokens but the likeliest to 0, of which so many stay that they reach
   * topP.
   *
   * @return the sum of what stays
   */
  private double keepLikeliest(float[] logits, double[] weights, double sum) {
    // All that are lighter than this weigh less than 1 - topP together, so none of them is needed.
    // That leaves few to sort.
    double light = (1 - topP) * sum / weights.length;
    long[] candidates =
        IntStream.range(0, weights.length)
            .filter(i -> weights[i] >= light && weights[i] > 0)
            .mapToLong(i -> sortKey(logits[i], i))
            .sorted()
            .toArray();
    double[] kept = new double[weights.length];
    double before = 0;
    for (long candidate : candidates) {
      int token = (int) candidate;
      // The token that reaches the limit is kept.
      if (before >= topP * sum) {
        break;
      }
      kept[token] = weights[token];
      before += weights[token];
    }
    System.arraycopy(kept, 0, weights, 0, kept.length);
    return before;
  }

  /** Rises as the logit falls, and with the token where logits are equal; ends in the token. */
  private static long sortKey(float logit, int token) {
    int bits = Float.floatToIntBits(logit);
    // The bits of numbers below 0 fall as the numbers rise.
    int rising = bits < 0 ? bits ^ Integer.MAX_VALUE : bits;
    return (long) ~rising << Integer.SIZE | token;
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
