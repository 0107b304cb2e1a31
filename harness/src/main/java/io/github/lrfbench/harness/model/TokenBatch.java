package io.github.lrfbench.harness.model;

import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Segments;
import java.util.List;

/**
 * B sequences of T tokens in all, packed without padding, on a device. What a sequence gives is
 * therefore the same in every batch.
 *
 * @param ids I32 [T]
 * @param types I32 [T], segment numbers (0 first sentence, 1 second)
 * @param positions I32 [T], position within the sequence, from 0
 * @param segments where the sequences are
 * @param firstTokens I32 [B], row of every sequence's first token
 * @param lastTokens I32 [B], row of every sequence's last token
 * @param tokens T
 */
public record TokenBatch(
    Tensor ids,
    Tensor types,
    Tensor positions,
    Segments segments,
    Tensor firstTokens,
    Tensor lastTokens,
    int tokens) {

  /**
   * Uploads sequences.
   *
   * @param sequences token ids and types of every sequence; none may be empty
   */
  public static TokenBatch of(Scope scope, List<TokenSequence> sequences) {
    int total = sequences.stream().mapToInt(TokenSequence::length).sum();
    int[] ids = new int[total];
    int[] types = new int[total];
    int[] positions = new int[total];
    int[] offsets = new int[sequences.size() + 1];
    int[] first = new int[sequences.size()];
    int[] last = new int[sequences.size()];
    int longest = 0;
    int row = 0;
    for (int s = 0; s < sequences.size(); s++) {
      TokenSequence sequence = sequences.get(s);
      int length = sequence.length();
      if (length == 0) {
        throw new IllegalArgumentException("sequence " + s + " of the batch is empty");
      }
      System.arraycopy(sequence.ids(), 0, ids, row, length);
      System.arraycopy(sequence.types(), 0, types, row, length);
      for (int i = 0; i < length; i++) {
        positions[row + i] = i;
      }
      first[s] = row;
      row += length;
      last[s] = row - 1;
      offsets[s + 1] = row;
      longest = Math.max(longest, length);
    }
    Segments segments =
        new Segments(scope.ints(offsets, offsets.length), sequences.size(), longest);
    return new TokenBatch(
        scope.ints(ids, total),
        scope.ints(types, total),
        scope.ints(positions, total),
        segments,
        scope.ints(first, first.length),
        scope.ints(last, last.length),
        total);
  }
}
