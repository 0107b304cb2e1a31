package io.github.lrfbench.harness.tensorparallel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.lrfbench.harness.measure.Link;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Losses of split logits, padding, and what exchanges cost. */
class ShardedLossTest {
  /** Megatron's figures for GPT-2 and BERT. */
  @ParameterizedTest
  @CsvSource({"50257, 1, 50304", "50257, 2, 50432", "30522, 1, 30592", "30522, 2, 30720"})
  void vocabulariesArePaddedForEveryShard(int words, int shards, int padded) {
    assertEquals(padded, ParallelVocabulary.padded(words, shards));
  }

  /** The last shard has nothing but padding; logits are large. */
  @Test
  void lossesAreThoseOfAllLogits() {
    int rows = 4;
    int words = 7;
    Random random = new Random(2);
    double[][] logits = new double[rows][words];
    for (double[] row : logits) {
      for (int j = 0; j < words; j++) {
        row[j] = (float) (50 * random.nextGaussian());
      }
    }
    List<Range> ranges = List.of(new Range(0, 4), new Range(4, 7), new Range(7, 7));
    List<float[]> shards = new ArrayList<>();
    for (Range range : ranges) {
      float[] own = new float[rows * 4];
      Arrays.fill(own, Float.NEGATIVE_INFINITY);
      for (int row = 0; row < rows; row++) {
        for (int j = 0; j < range.size(); j++) {
          own[row * 4 + j] = (float) logits[row][range.from() + j];
        }
      }
      shards.add(own);
    }
    int[] targets = {0, 3, 4, 6};
    double[] losses = ShardedCrossEntropy.losses(shards, ranges, targets);
    for (int row = 0; row < rows; row++) {
      double sum = 0;
      for (double logit : logits[row]) {
        sum += Math.exp(logit - logits[row][targets[row]]);
      }
      assertEquals(Math.log(sum), losses[row], 1e-9 * Math.max(1, losses[row]));
    }
  }

  /** 2 (t - 1) / t of the bytes at the bandwidth, and 2 (t - 1) messages. */
  @Test
  void aRingSendsAllButItsShare() {
    List<Exchange> block = List.of(Exchange.allReduce(768), Exchange.allReduce(768));
    double bytes = 2 * (2.0 * 3 / 4) * 768 * 4 * 128;
    Link fast = new Link(25, 5);
    Link slow = new Link(1, 1);
    assertEquals(
        bytes / 25e9 * 1e3 + 2 * 6 * 5e-3, Exchange.millis(block, fast, 4, 128 * 4), 1e-12);
    assertEquals(
        3.0 / 4 * 768 * 4 / 1e9 * 1e3 + 3e-3,
        Exchange.millis(List.of(Exchange.allGather(768)), slow, 4, 4),
        1e-12);
    assertEquals(0, Exchange.millis(List.of(), slow, 1, 4));
  }
}
