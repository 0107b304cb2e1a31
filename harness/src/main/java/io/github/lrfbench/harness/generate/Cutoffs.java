package io.github.lrfbench.harness.generate;

import io.github.lrfbench.kernels.InputException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Further rules of which tokens are drawn, applied one after the other as {@code generate} of
 * Hugging Face's transformers does. The likeliest token always stays.
 *
 * @param topH {@code top_h}: of the 100 likeliest tokens those stay whose entropy together is at
 *     most this share of theirs; comes before top-k
 * @param minP {@code min_p}: tokens stay that are at least so likely beside the likeliest; 0 for
 *     all
 * @param typicalP {@code typical_p}: the tokens whose surprise is nearest to the expected one stay,
 *     so many that they are so likely together (Meister et al. 2022, "Locally Typical Sampling"); 1
 *     for all
 * @param epsilon {@code epsilon_cutoff}: tokens stay that are at least so likely (Hewitt et al.
 *     2022, "Truncation Sampling as Language Model Desmoothing"); 0 for all
 * @param eta {@code eta_cutoff}: as epsilon, but less where the entropy is large; 0 for all
 */
public record Cutoffs(
    Optional<Double> topH, double minP, double typicalP, double epsilon, double eta) {
  /** All tokens stay. */
  public static final Cutoffs NONE = new Cutoffs(Optional.empty(), 0, 1, 0, 0);

  private static final int TOP_H_TOKENS = 100;

  /** Checks the numbers. */
  public Cutoffs {
    require(topH.isEmpty() || topH.get() > 0 && topH.get() <= 1, "top_h must be in (0, 1]");
    require(minP >= 0 && minP <= 1, "min_p must be in [0, 1]");
    require(typicalP > 0, "typical_p must be above 0");
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new InputException(message);
    }
  }

  /**
   * What is left of logits before top-k.
   *
   * @param logits divided by the temperature they give the probabilities; not modified
   */
  float[] beforeTopK(float[] logits, double temperature) {
    if (topH.isEmpty()) {
      return logits;
    }
    List<Integer> order =
        IntStream.range(0, logits.length)
            .boxed()
            .sorted(Comparator.comparing((Integer token) -> -logits[token]))
            .limit(TOP_H_TOKENS)
            .toList();
    double[] probabilities =
        order.stream()
            .mapToDouble(token -> Math.exp((logits[token] - logits[order.get(0)]) / temperature))
            .toArray();
    normalize(probabilities);
    double budget = topH.get() * entropy(probabilities);
    float[] kept = new float[logits.length];
    Arrays.fill(kept, Float.NEGATIVE_INFINITY);
    double spent = 0;
    for (int rank = 0; rank < probabilities.length; rank++) {
      spent += surprise(probabilities[rank]) * probabilities[rank];
      if (rank == 0 || spent <= budget) {
        kept[order.get(rank)] = logits[order.get(rank)];
      }
    }
    return kept;
  }

  /** Sets the probabilities of tokens that do not stay to 0 and makes the others sum to 1. */
  void afterTopP(double[] probabilities) {
    if (minP > 0) {
      keepAbove(probabilities, minP * max(probabilities));
    }
    if (typicalP < 1) {
      keepTypical(probabilities);
    }
    if (epsilon > 0 && epsilon < 1) {
      keepAbove(probabilities, epsilon);
    }
    if (eta > 0 && eta < 1) {
      keepAbove(probabilities, Math.min(eta, Math.sqrt(eta) * Math.exp(-entropy(probabilities))));
    }
  }

  private static void keepAbove(double[] probabilities, double least) {
    double bound = Math.min(least, max(probabilities));
    for (int token = 0; token < probabilities.length; token++) {
      probabilities[token] = probabilities[token] < bound ? 0 : probabilities[token];
    }
    normalize(probabilities);
  }

  private void keepTypical(double[] probabilities) {
    double expected = entropy(probabilities);
    double[] distances =
        Arrays.stream(probabilities).map(p -> Math.abs(surprise(p) - expected)).toArray();
    int[] order =
        IntStream.range(0, probabilities.length)
            .filter(token -> probabilities[token] > 0)
            .boxed()
            .sorted(Comparator.comparing(token -> distances[token]))
            .mapToInt(token -> token)
            .toArray();
    int last = 0;
    double sum = probabilities[order[0]];
    while (sum < typicalP && last < order.length - 1) {
      sum += probabilities[order[++last]];
    }
    double farthest = distances[order[last]];
    for (int token = 0; token < probabilities.length; token++) {
      probabilities[token] = distances[token] > farthest ? 0 : probabilities[token];
    }
    normalize(probabilities);
  }

  private static double max(double[] probabilities) {
    return Arrays.stream(probabilities).max().orElse(0);
  }

  private static double surprise(double probability) {
    return -Math.log(probability);
  }

  private static double entropy(double[] probabilities) {
    return Arrays.stream(probabilities).filter(p -> p > 0).map(p -> surprise(p) * p).sum();
  }

  private static void normalize(double[] weights) {
    double sum = Arrays.stream(weights).sum();
    for (int i = 0; i < weights.length; i++) {
      weights[i] /= sum;
    }
  }
}
