package io.github.lrfbench.harness.measure;

import io.github.lrfbench.harness.tokenize.TokenSequence;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Sequences to time passes on, whose time does not depend on what the tokens are. */
public final class RandomTokens {
  private RandomTokens() {}

  /**
   * The same at every call.
   *
   * @param count sequences
   * @param length tokens of each
   * @param vocabulary tokens to choose from
   */
  public static List<TokenSequence> sequences(int count, int length, int vocabulary) {
    SplittableRandom random = new SplittableRandom(0);
    List<TokenSequence> sequences = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      sequences.add(
          new TokenSequence(random.ints(length, 0, vocabulary).toArray(), new int[length]));
    }
    return sequences;
  }
}
