package io.github.lrfbench.harness.train;

import io.github.lrfbench.harness.tokenize.TokenSequence;
import java.util.AbstractList;
import java.util.RandomAccess;
import java.util.function.IntFunction;

/**
 * Sequences that are tokenized when they are first asked for: of a large training set often only a
 * sample is.
 */
final class LazySequences extends AbstractList<TokenSequence> implements RandomAccess {
  private final TokenSequence[] known;
  private final IntFunction<TokenSequence> tokenized;

  /**
   * None tokenized yet.
   *
   * @param tokenized the sequence of a number
   */
  LazySequences(int size, IntFunction<TokenSequence> tokenized) {
    this.known = new TokenSequence[size];
    this.tokenized = tokenized;
  }

  @Override
  public TokenSequence get(int index) {
    if (known[index] == null) {
      known[index] = tokenized.apply(index);
    }
    return known[index];
  }

  @Override
  public int size() {
    return known.length;
  }
}
