package io.github.lrfbench.harness.evaluate;

import io.github.lrfbench.harness.glue.GlueDataset;
import io.github.lrfbench.harness.glue.GlueExample;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.harness.tokenize.Tokenizer;
import java.util.ArrayList;
import java.util.List;

/**
 * The examples of a task as token sequences. Cross-encoders read both texts of an example in one
 * sequence; sentence encoders read each text alone.
 *
 * @param dataset where the examples come from
 * @param sequences one for each example, or of a sentence encoder the first text of each
 * @param seconds of a sentence encoder the second text of each, otherwise empty
 */
public record TokenizedDataset(
    GlueDataset dataset, List<TokenSequence> sequences, List<TokenSequence> seconds) {

  /**
   * Tokenizes a dataset.
   *
   * @param maxLength sequences are truncated to this many tokens
   * @param separately true for a sentence encoder
   */
  public static TokenizedDataset of(
      GlueDataset dataset, Tokenizer tokenizer, int maxLength, boolean separately) {
    List<TokenSequence> sequences = new ArrayList<>();
    List<TokenSequence> seconds = new ArrayList<>();
    for (GlueExample example : dataset.examples()) {
      if (separately) {
        sequences.add(tokenizer.encode(example.first(), null, maxLength));
        seconds.add(tokenizer.encode(example.second(), null, maxLength));
      } else {
        sequences.add(tokenizer.encode(example.first(), example.second(), maxLength));
      }
    }
    return new TokenizedDataset(dataset, List.copyOf(sequences), List.copyOf(seconds));
  }
}
