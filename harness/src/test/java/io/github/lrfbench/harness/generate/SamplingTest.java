package io.github.lrfbench.harness.generate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.lrfbench.kernels.InputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SamplingTest {
  /** Logarithms of 0.1, 0.4, 0.2, 0.3. */
  private static final float[] LOGITS = {
    (float) Math.log(0.1), (float) Math.log(0.4), (float) Math.log(0.2), (float) Math.log(0.3)
  };

  @Test
  void whatIsKept() {
    assertKept(new Sampling(1, 0, 1), 0.1, 0.4, 0.2, 0.3);
    assertKept(new Sampling(1, 2, 1), 0, 4.0 / 7, 0, 3.0 / 7);
    assertKept(new Sampling(1, 9, 1), 0.1, 0.4, 0.2, 0.3);
    // 0.4 is less than 0.6, 0.4 + 0.3 is enough.
    assertKept(new Sampling(1, 0, 0.6), 0, 4.0 / 7, 0, 3.0 / 7);
    assertKept(new Sampling(1, 0, 1e-9), 0, 1, 0, 0);
    // Of the three that are kept first, 0.4 / 0.9 is less than half.
    assertKept(new Sampling(1, 3, 0.5), 0, 4.0 / 7, 0, 3.0 / 7);
    assertKept(new Sampling(0.5, 0, 1), 0.01 / 0.3, 0.16 / 0.3, 0.04 / 0.3, 0.09 / 0.3);
  }

  /** An entropy of 1.28, and surprises of 2.30, 0.92, 1.61, 1.20. */
  @Test
  void cutoffs() {
    assertKept(cut(Optional.empty(), 0.6, 1, 0, 0), 0, 4.0 / 7, 0, 3.0 / 7);
    assertKept(cut(Optional.empty(), 0, 0.45, 0, 0), 0, 0, 0.4, 0.6);
    assertKept(cut(Optional.empty(), 0, 1, 0.25, 0), 0, 4.0 / 7, 0, 3.0 / 7);
    assertKept(cut(Optional.empty(), 0, 1, 0.9, 0), 0, 1, 0, 0);
    assertKept(cut(Optional.empty(), 0, 1, 0, 0.9), 0, 4.0 / 7, 0, 3.0 / 7);
    assertKept(cut(Optional.of(0.5), 0, 1, 0, 0), 0, 1, 0, 0);
    assertKept(cut(Optional.of(0.6), 0, 1, 0, 0), 0, 4.0 / 7, 0, 3.0 / 7);
    assertThrows(InputException.class, () -> cut(Optional.of(0.0), 0, 1, 0, 0));
  }

  private static Sampling cut(
      Optional<Double> topH, double minP, double typicalP, double epsilon, double eta) {
    return new Sampling(1, 0, 1, new Cutoffs(topH, minP, typicalP, epsilon, eta));
  }

  @Test
  void tokensAsLikelyAsTheLastAreKeptToo() {
    double[] kept = new Sampling(1, 1, 1).probabilities(new float[] {2, 1, 2});
    assertArrayEquals(new double[] {0.5, 0, 0.5}, kept, 1e-12);
  }

  @Test
  void forbiddenTokensAreNotDrawn() {
    float[] logits = {Float.NEGATIVE_INFINITY, 0, Float.NEGATIVE_INFINITY};
    assertArrayEquals(new double[] {0, 1, 0}, new Sampling(1, 0, 1).probabilities(logits), 1e-12);
  }

  @Test
  void drawsFollowTheProbabilities() {
    SplittableRandom random = new SplittableRandom(5);
    int[] counts = new int[4];
    for (int i = 0; i < 20_000; i++) {
      counts[new Sampling(1, 0, 1).draw(LOGITS, random)]++;
    }
    double[] expected = {0.1, 0.4, 0.2, 0.3};
    for (int i = 0; i < 4; i++) {
      // Four standard deviations.
      assertEquals(expected[i], counts[i] / 20_000.0, 0.014);
    }
  }

  @Test
  void aLargeVocabularyIsCutAsByTheDefinition() {
    SplittableRandom random = new SplittableRandom(7);
    for (double spread : new double[] {0, 0.01, 1, 4, 30}) {
      float[] logits = new float[3001];
      for (int i = 0; i < logits.length; i++) {
        // Some are equally likely, and some are forbidden.
        double logit = Math.rint(100 * spread * random.nextGaussian()) / 100;
        logits[i] = i % 50 == 3 ? Float.NEGATIVE_INFINITY : (float) logit;
      }
      for (double temperature : new double[] {0.3, 1, 2.5}) {
        for (int topK : new int[] {0, 1, 40, 3000, 5000}) {
          for (double topP : new double[] {1e-9, 0.1, 0.5, 0.95, 0.999999, 1}) {
            Sampling sampling = new Sampling(temperature, topK, topP);
            assertArrayEquals(
                byDefinition(sampling, logits),
                sampling.probabilities(logits),
                1e-12,
                sampling + " of a spread of " + spread);
          }
        }
      }
    }
  }

  /** Sorts all tokens, twice. */
  private static double[] byDefinition(Sampling sampling, float[] logits) {
    List<Integer> order =
        new ArrayList<>(
            IntStream.range(0, logits.length)
                .filter(i -> logits[i] > Float.NEGATIVE_INFINITY)
                .boxed()
                .toList());
    order.sort(Comparator.comparing((Integer i) -> -logits[i]));
    if (sampling.topK() > 0 && sampling.topK() < order.size()) {
      float least = logits[order.get(sampling.topK() - 1)];
      order.removeIf(i -> logits[i] < least);
    }
    double[] weights = new double[logits.length];
    double sum = 0;
    for (int i : order) {
      weights[i] = Math.exp((logits[i] - logits[order.get(0)]) / sampling.temperature());
      sum += weights[i];
    }
    double[] kept = new double[logits.length];
    double before = 0;
    for (int i : order) {
      if (before < sampling.topP() * sum) {
        kept[i] = weights[i];
        before += weights[i];
      }
    }
    double all = before;
    return Arrays.stream(kept).map(weight -> weight / all).toArray();
  }

  @Test
  void impossibleNumbers() {
    assertThrows(InputException.class, () -> new Sampling(0, 0, 1));
    assertThrows(InputException.class, () -> new Sampling(Double.NaN, 0, 1));
    assertThrows(InputException.class, () -> new Sampling(1, -1, 1));
    assertThrows(InputException.class, () -> new Sampling(1, 0, 0));
    assertThrows(InputException.class, () -> new Sampling(1, 0, 1.1));
  }

  private static void assertKept(Sampling sampling, double... expected) {
    assertArrayEquals(expected, sampling.probabilities(LOGITS), 1e-6);
  }
}
