package io.github.lrfbench.harness.generate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.lrfbench.kernels.InputException;
import java.util.SplittableRandom;
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
