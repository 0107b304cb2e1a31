package io.github.lrfbench.harness.evaluate;

import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.harness.tokenize.Tokenizer;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/** Reads token ids as numbers between spaces, for models without a vocabulary. */
public record NumberTokenizer(int vocabularySize) implements Tokenizer {
  @Override
  public TokenSequence encode(String first, String second, int maxLength) {
    int[] ids =
        Arrays.stream(first.strip().split(" "))
            .filter(word -> !word.isEmpty())
            .mapToInt(Integer::parseInt)
            .limit(maxLength)
            .toArray();
    return new TokenSequence(ids, new int[ids.length]);
  }

  @Override
  public String decode(int... ids) {
    return Arrays.stream(ids).mapToObj(Integer::toString).collect(Collectors.joining(" "));
  }

  /** Token 0. */
  @Override
  public OptionalInt prefixToken() {
    return OptionalInt.of(0);
  }

  @Override
  public void close() {}
}
