package io.github.lrfbench.harness.model;

import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Segments;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * B sequences of T tokens in all, packed without padding, on a device. What a sequence gives is
 * therefore the same in every batch.
 *
 * @param ids I32 [T]
 * @param types I32 [T], segment numbers (0 first sentence, 1 second)
 * @param positions I32 [T], position within the sequence, from 0
 * @param counted I32 [T], the number of a token among those that are not the model's padding, from
 *     1, and 0 of padding; null where no text has such a token
 * @param segments where the sequences are
 * @param firstTokens I32 [B], row of every sequence's first token
 * @param lastTokens I32 [B], row of every sequence's last token
 * @param lastCounted I32 [B], row of every sequence's last token that is not padding, or of its
 *     first one
 * @param tokens T
 */
public record TokenBatch(
    Tensor ids,
    Tensor types,
    Tensor positions,
    Tensor counted,
    Segments segments,
    Tensor firstTokens,
    Tensor lastTokens,
    Tensor lastCounted,
    int tokens) {

  /** Uploads sequences for a model that takes no token for padding; see the other method. */
  public static TokenBatch of(Scope scope, List<TokenSequence> sequences) {
    return of(scope, sequences, -1);
  }

  /**
   * Uploads sequences for a model.
   *
   * @throws InputException if they have a token type that the model has not
   */
  public static TokenBatch of(Scope scope, List<TokenSequence> sequences, ModelInfo info) {
    if (info.types() > 0) {
      for (TokenSequence sequence : sequences) {
        for (int type : sequence.types()) {
          requireType(type, info);
        }
      }
    }
    return of(scope, sequences, info.padding());
  }

  /** The tokens of every sequence. */
  public int[] lengths() {
    if (segments.count() == 1) {
      return new int[] {tokens};
    }
    int[] offsets = segments.offsets().toInts();
    return IntStream.range(0, segments.count()).map(s -> offsets[s + 1] - offsets[s]).toArray();
  }

  /** The sequences as they were uploaded, back on the host. */
  public List<TokenSequence> sequences() {
    int[] offsets = segments.offsets().toInts();
    int[] allIds = ids.toInts();
    int[] allTypes = types.toInts();
    List<TokenSequence> sequences = new ArrayList<>();
    for (int s = 0; s < segments.count(); s++) {
      sequences.add(
          new TokenSequence(
              Arrays.copyOfRange(allIds, offsets[s], offsets[s + 1]),
              Arrays.copyOfRange(allTypes, offsets[s], offsets[s + 1])));
    }
    return sequences;
  }

  private static void requireType(int type, ModelInfo info) {
    if (type >= info.types()) {
      throw new InputException(
          "the tokenizer gives the token type "
              + type
              + ", but config.json's 'type_vocab_size' is "
              + info.types());
    }
  }

  /**
   * Uploads sequences.
   *
   * @param sequences token ids and types of every sequence; none may be empty
   * @param padding the token that the model takes for padding, -1 for none
   */
  private static TokenBatch of(Scope scope, List<TokenSequence> sequences, int padding) {
    int total = sequences.stream().mapToInt(TokenSequence::length).sum();
    int[] ids = new int[total];
    int[] types = new int[total];
    int[] positions = new int[total];
    int[] counted = new int[total];
    int[] offsets = new int[sequences.size() + 1];
    int[] first = new int[sequences.size()];
    int[] last = new int[sequences.size()];
    int[] lastCounted = new int[sequences.size()];
    boolean padded = false;
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
      first[s] = row;
      lastCounted[s] = row;
      int count = 0;
      for (int i = 0; i < length; i++) {
        positions[row + i] = i;
        if (sequence.ids()[i] == padding) {
          padded = true;
        } else {
          counted[row + i] = ++count;
          lastCounted[s] = row + i;
        }
      }
      row += length;
      last[s] = row - 1;
      offsets[s + 1] = row;
      longest = Math.max(longest, length);
    }
    Segments segments =
        new Segments(scope.ints(offsets, offsets.length), sequences.size(), longest);
    Tensor lastTokens = scope.ints(last, last.length);
    return new TokenBatch(
        scope.ints(ids, total),
        scope.ints(types, total),
        scope.ints(positions, total),
        padded ? scope.ints(counted, total) : null,
        segments,
        scope.ints(first, first.length),
        lastTokens,
        padded ? scope.ints(lastCounted, lastCounted.length) : lastTokens,
        total);
  }
}
