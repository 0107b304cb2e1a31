package io.github.lrfbench.harness.batch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Batches of sequences of similar length. */
public final class Buckets {
  private Buckets() {}

  /**
   * Groups sequences into batches, the longest first, so that the first batch needs the most
   * memory. Every sequence is in exactly one batch; the plan depends on nothing but the arguments,
   * and equal lengths keep their order.
   *
   * @param lengths tokens of each sequence, not modified; 0 is allowed
   * @param maxSequences the most sequences in a batch, at least 1
   * @param maxTokens the most tokens in a batch, at least 1; a longer sequence is a batch of its
   *     own
   * @return the sequences' positions in {@code lengths}, one array for each batch
   */
  public static List<int[]> plan(int[] lengths, int maxSequences, int maxTokens) {
    if (maxSequences < 1 || maxTokens < 1) {
      throw new IllegalArgumentException(
          "a batch needs room: " + maxSequences + " sequences, " + maxTokens + " tokens");
    }
    int[] order = longestFirst(lengths);
    List<int[]> batches = new ArrayList<>();
    int start = 0;
    while (start < order.length) {
      int end = start;
      long tokens = 0;
      while (end < order.length
          && end - start < maxSequences
          && (end == start || tokens + lengths[order[end]] <= maxTokens)) {
        tokens += lengths[order[end]];
        end++;
      }
      batches.add(Arrays.copyOfRange(order, start, end));
      start = end;
    }
    return batches;
  }

  private static int[] longestFirst(int[] lengths) {
    // Length and position share a long, so that the sort is stable and boxes nothing.
    long[] keys =
        IntStream.range(0, lengths.length).mapToLong(i -> key(lengths[i], i)).sorted().toArray();
    return Arrays.stream(keys).mapToInt(key -> (int) key).toArray();
  }

  private static long key(int length, int position) {
    if (length < 0) {
      throw new IllegalArgumentException("sequence " + position + " has length " + length);
    }
    return (long) (Integer.MAX_VALUE - length) << Integer.SIZE | position;
  }
}
