package io.github.lrfbench.harness.demo;

import io.github.lrfbench.harness.demo.BytePairMerges.Pair;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Byte-level byte pair encoding as GPT-2 has it: a text falls into words that keep the space before
 * them, words into bytes, and of these the pairs are joined that were the most frequent ones when
 * the encoding was learned. Any text can be written, and none is changed by it.
 *
 * @param tokens in the order of their ids: the bytes, joined pairs in the order of learning, the
 *     token that ends a text
 * @param merges the pairs that are joined, the first ones first
 */
record BytePairs(List<String> tokens, List<Pair> merges) {
  /** The token that ends a text, the last one. */
  static final String END = "<|endoftext|>";

  private static final Pattern WORD =
      Pattern.compile(
          "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
          Pattern.UNICODE_CHARACTER_CLASS);

  /**
   * Learns the encoding of a text.
   *
   * @param size the most tokens, more than the 256 bytes and the end of a text
   */
  static BytePairs learn(String text, int size) {
    BytePairMerges words = new BytePairMerges(counts(text), ByteLetters::of, String::concat);
    Set<String> tokens = new LinkedHashSet<>(ByteLetters.all());
    List<Pair> merges = new ArrayList<>();
    while (tokens.size() < size - 1) {
      Pair joined = words.join();
      if (joined == null) {
        break;
      }
      merges.add(joined);
      tokens.add(words.spell(joined));
    }
    tokens.add(END);
    return new BytePairs(List.copyOf(tokens), List.copyOf(merges));
  }

  private static Map<String, Long> counts(String text) {
    Map<String, Long> counts = new TreeMap<>();
    Matcher matcher = WORD.matcher(text);
    while (matcher.find()) {
      counts.merge(matcher.group(), 1L, Long::sum);
    }
    return counts;
  }
}
