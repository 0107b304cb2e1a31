package io.github.lrfbench.harness.batch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BucketsTest {
  @Test
  void startsWithTheLongestAndKeepsTheOrderOfEquals() {
    List<int[]> plan = Buckets.plan(new int[] {3, 9, 3, 0, 5, 9}, 2, 100);
    assertArrayEquals(new int[][] {{1, 5}, {4, 0}, {2, 3}}, plan.toArray(int[][]::new));
  }

  @Test
  void aSequenceBeyondTheTokensIsABatchOfItsOwn() {
    List<int[]> plan = Buckets.plan(new int[] {10, 50, 10, 10}, 8, 25);
    assertArrayEquals(new int[][] {{1}, {0, 2}, {3}}, plan.toArray(int[][]::new));
  }

  @Test
  void noSequenceNoBatch() {
    assertEquals(List.of(), Buckets.plan(new int[0], 1, 1));
  }

  @Test
  void everySequenceIsInExactlyOneBatchWithinTheLimits() {
    SplittableRandom random = new SplittableRandom(1);
    for (int trial = 0; trial < 200; trial++) {
      int[] lengths = random.ints(random.nextInt(300), 0, 130).toArray();
      int maxSequences = 1 + random.nextInt(40);
      int maxTokens = 1 + random.nextInt(2000);
      List<int[]> plan = Buckets.plan(lengths, maxSequences, maxTokens);
      for (int[] batch : plan) {
        assertTrue(batch.length >= 1 && batch.length <= maxSequences);
        int tokens = Arrays.stream(batch).map(i -> lengths[i]).sum();
        assertTrue(tokens <= maxTokens || batch.length == 1, () -> tokens + " > " + maxTokens);
      }
      int[] order = plan.stream().flatMapToInt(Arrays::stream).toArray();
      assertArrayEquals(
          IntStream.range(0, lengths.length).toArray(), Arrays.stream(order).sorted().toArray());
      for (int i = 1; i < order.length; i++) {
        assertTrue(lengths[order[i - 1]] >= lengths[order[i]]);
      }
    }
  }

  @Test
  void hugeLengthsDoNotOverflow() {
    int[] lengths = {Integer.MAX_VALUE, 1, Integer.MAX_VALUE};
    List<int[]> plan = Buckets.plan(lengths, 3, Integer.MAX_VALUE);
    assertArrayEquals(new int[][] {{0}, {2}, {1}}, plan.toArray(int[][]::new));
  }

  @Test
  void refusesWhatMakesNoSense() {
    assertThrows(IllegalArgumentException.class, () -> Buckets.plan(new int[] {1}, 0, 10));
    assertThrows(IllegalArgumentException.class, () -> Buckets.plan(new int[] {1}, 1, 0));
    assertThrows(IllegalArgumentException.class, () -> Buckets.plan(new int[] {-1}, 1, 10));
  }
}
