package io.github.lrfbench.harness.calibrate;

import io.github.lrfbench.harness.batch.Buckets;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import java.util.List;

/**
 * The batches of calibration examples. They are the same for passes forward and for passes back, so
 * that sums come out the same whichever pass they are taken in.
 */
final class CalibrationBatches {
  private static final int MAX_SEQUENCES = 32;
  private static final int MAX_TOKENS = 2048;

  private CalibrationBatches() {}

  /** The positions of every batch's sequences. */
  static List<int[]> of(List<TokenSequence> sequences) {
    int[] lengths = sequences.stream().mapToInt(TokenSequence::length).toArray();
    return Buckets.plan(lengths, MAX_SEQUENCES, MAX_TOKENS);
  }
}
